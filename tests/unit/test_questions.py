"""Where a message may be cut. Whether the pieces are different questions is decided elsewhere."""

import pytest

from mesobot.knowledge.source import ContentError
from mesobot.nlu.language import build_language, load_vocabulary
from mesobot.nlu.questions import loosely, sentences, split
from mesobot.paths import CLINIC


@pytest.fixture(scope="module")
def nlp():
    return build_language(load_vocabulary(CLINIC / "vocabulary.yml"))


def texts(pieces) -> list[str]:
    return [piece.text for piece in pieces]


@pytest.mark.parametrize(
    ("message", "pieces"),
    [
        ("does it hurt and how long does it take?", ["does it hurt", "how long does it take?"]),
        ("does it hurt how long does it take", ["does it hurt", "how long does it take"]),
        ("pain? price? duration?", ["pain?", "price?", "duration?"]),
        ("redness normal?? also can i go gym", ["redness normal??", "can i go gym"]),
        ("is it safe\nwho does it", ["is it safe", "who does it"]),
        ("does it hurt n can i work after", ["does it hurt", "can i work after"]),
    ],
)
def test_a_new_question_begins_a_new_piece(nlp, message: str, pieces: list[str]) -> None:
    assert texts(split(nlp(message))) == pieces


@pytest.mark.parametrize(
    "message",
    [
        "are redness and swelling normal?",
        "how many sessions do i need",
        "can men do it too",
        "tell me how long it takes",
        "i want to know if it hurts",
        "what can go wrong if someone bad does it?",
    ],
)
def test_one_question_stays_one_piece(nlp, message: str) -> None:
    assert texts(split(nlp(message))) == [message]


def test_statements_and_questions_are_told_apart(nlp) -> None:
    pieces = split(nlp("I live in Munich. Can I go back the same day? Tell me please."))
    assert [piece.asks for piece in pieces] == [False, True, True]


def test_loose_cuts_are_marked(nlp) -> None:
    pieces = loosely(nlp("bruises how long, make up when"))
    assert [(piece.text, piece.joined) for piece in pieces] == [
        ("bruises how long", False),
        ("make up when", True),
    ]


@pytest.mark.parametrize("message", ["", "???", "and , also"])
def test_no_words_give_no_pieces(nlp, message: str) -> None:
    assert split(nlp(message)) == []
    assert sentences(nlp(message)) in ([], ["and , also"])


def test_a_vocabulary_that_is_none_is_explained(tmp_path) -> None:
    (tmp_path / "v.yml").write_text("treatment: laser\n", encoding="utf-8")
    with pytest.raises(ContentError, match="must map each value to a list"):
        load_vocabulary(tmp_path / "v.yml")
