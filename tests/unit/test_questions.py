"""Where a message may be cut. Whether the pieces are different questions is decided elsewhere."""

import pytest

from mesobot.knowledge.source import ContentError
from mesobot.nlu.language import build_language, load_vocabulary
from mesobot.nlu.questions import Piece, pieces, sentences, text_of
from mesobot.paths import CLINIC


@pytest.fixture(scope="module")
def nlp():
    return build_language(load_vocabulary(CLINIC / "vocabulary.yml"))


MANY = 8


def texts(found: list[Piece]) -> list[str]:
    return [text_of([piece]) for piece in found]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("does it hurt and how long does it take?", ["does it hurt", "how long does it take?"]),
        ("does it hurt how long does it take", ["does it hurt", "how long does it take"]),
        ("pain? price? duration?", ["pain?", "price?", "duration?"]),
        ("redness normal?? also can i go gym", ["redness normal??", "can i go gym"]),
        ("is it safe\nwho does it", ["is it safe", "who does it"]),
        ("does it hurt n can i work after", ["does it hurt", "can i work after"]),
        ("bruises how long, make up when", ["bruises how long", "make up when"]),
        ("are redness and swelling normal?", ["are redness", "swelling normal?"]),
    ],
)
def test_a_message_is_cut_wherever_a_question_may_begin(nlp, message, expected) -> None:
    assert texts(pieces(nlp(message), MANY)) == expected


@pytest.mark.parametrize(
    "message",
    [
        "how many sessions do i need",
        "can men do it too",
        "tell me how long it takes",
        "i want to know if it hurts",
        "what can go wrong if someone bad does it?",
    ],
)
def test_one_question_stays_one_piece(nlp, message: str) -> None:
    assert texts(pieces(nlp(message), MANY)) == [message]


def test_statements_and_questions_are_told_apart(nlp) -> None:
    found = pieces(nlp("I live in Munich. Can I go back the same day? Tell me please."), MANY)
    assert [piece.asks for piece in found] == [False, True, True]


def test_neighbouring_pieces_are_read_as_typed(nlp) -> None:
    found = pieces(nlp("Are redness and swelling normal?"), MANY)
    assert text_of(found) == "Are redness and swelling normal?"


def test_a_long_story_is_cut_into_fewer_pieces(nlp) -> None:
    story = "I came, I saw, and I waited. Does it hurt, and how long does it take? Thanks, bye, and so on."
    assert len(pieces(nlp(story), 8)) == 8
    assert texts(pieces(nlp(story), 4))[1:] == [
        "Does it hurt",
        "how long does it take?",
        "Thanks, bye, and so on",
    ]
    assert len(pieces(nlp(story), 2)) == 2


@pytest.mark.parametrize("message", ["", "???"])
def test_no_words_give_no_pieces(nlp, message: str) -> None:
    assert pieces(nlp(message), MANY) == []
    assert sentences(nlp(message)) == []


def test_a_vocabulary_that_is_none_is_explained(tmp_path) -> None:
    (tmp_path / "v.yml").write_text("treatment: laser\n", encoding="utf-8")
    with pytest.raises(ContentError, match="must map each value to a list"):
        load_vocabulary(tmp_path / "v.yml")
