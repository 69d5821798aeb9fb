"""Which pieces of a message stand as questions of their own; the topic model is a table here."""

from collections.abc import Sequence

import pytest
import spacy

from mesobot.nlu.decision import NOT_UNDERSTOOD, Rank, Thresholds
from mesobot.nlu.follow_ups import AGAIN, ELLIPTICAL, MORE, WHY, Context, correction
from mesobot.nlu.interpretation import Interpreter, read_questions
from mesobot.nlu.topic_model import Ranked
from mesobot.paths import CLINIC
from mesobot.safety.assessment import Level, SafetyThresholds
from mesobot.safety.red_flags import Danger, load_red_flags

THRESHOLDS = Thresholds(answer_at=0.4, suggest_at=0.3)
SAFETY = SafetyThresholds(
    levels=dict.fromkeys(Danger, Level(sure=0.4, with_wording=0.2)),
    sure_if_calm=0.6,
    possible=0.25,
    possible_with_wording=0.1,
    sentence=0.1,
)
KNOWN = {
    "does it hurt": ("faq/pain", 0.95),
    "how long does it take?": ("faq/procedure_duration", 0.95),
    "does it hurt and how long does it take?": ("faq/pain", 0.6),
    "does it hurt around the eyes and on the forehead": ("faq/pain", 0.6),
    "is that normal?": (ELLIPTICAL, 0.9),
    "does it bruise? is that normal?": ("faq/side_effects", 0.7),
    "say that again": (AGAIN, 0.9),
    "why?": (WHY, 0.9),
    "tell me more": (MORE, 0.9),
    "not numbing cream!! my night cream after": ("faq/anesthetic", 0.6),
    "not numbing cream!!": ("faq/anesthetic", 0.95),
    "my night cream after": ("faq/aftercare", 0.8),
    "the results": ("faq/results_duration", 0.8),
    "hello does it hurt": ("faq/pain", 0.5),
    "does it hurt? does it hurt": ("faq/pain", 0.9),
    "hello": ("greet", 0.9),
    "hello. does it hurt": ("faq/pain", 0.5),
    "can i bring my hamster": ("out_of_scope", 0.4),
    "why not?": ("affirm", 0.9),
    "and how far apart": (ELLIPTICAL, 0.6),
    "does it bruise? and how far apart": ("faq/side_effects", 0.5),
}


def rank_of(table: dict[str, tuple[str, float]], rival: float = 0.3) -> Rank:
    """A topic model that knows only ``table``; ``rival`` is how much else it believes in."""

    def rank(text: str) -> list[Ranked]:
        topic, score = table.get(text, ("out_of_scope", 0.2))
        return [Ranked(topic, score, belief=score), Ranked("other", 0.1, belief=rival)]

    return rank


@pytest.fixture(scope="module")
def nlp():
    return spacy.blank("en")


def topics(nlp, message: str, context: Context | None = None) -> list[str]:
    found, _ = read_questions(nlp(message), rank_of(KNOWN), THRESHOLDS, context)
    return [question.decision.topic for question in found]


def test_two_questions_are_answered_in_the_asked_order(nlp) -> None:
    message = "does it hurt and how long does it take?"
    assert topics(nlp, message) == ["faq/pain", "faq/procedure_duration"]


def test_a_message_that_speaks_of_one_topic_only_is_not_cut(nlp) -> None:
    """Cutting costs a ranking for each stretch."""
    ranked: list[str] = []

    def rank(text: str) -> list[Ranked]:
        ranked.append(text)
        return rank_of(KNOWN, rival=0.1)(text)

    message = "does it hurt around the eyes and on the forehead"
    found, _ = read_questions(nlp(message), rank, THRESHOLDS)
    assert [question.decision.topic for question in found] == ["faq/pain"]
    assert set(ranked) == {message}


def test_a_part_that_nobody_understood_is_named(nlp) -> None:
    message = "does it hurt and can i bring my hamster and how long does it take?"
    assert topics(nlp, message) == ["faq/pain", NOT_UNDERSTOOD, "faq/procedure_duration"]


def test_what_was_asked_after_three_questions_was_forgotten(nlp) -> None:
    known = {f"is it {word}?": (f"faq/{word}", 0.9) for word in ("a", "b", "c", "d", "e")}
    message = " ".join(known)
    found, left_out = read_questions(nlp(message), rank_of(known), THRESHOLDS)
    assert [question.decision.topic for question in found] == ["faq/a", "faq/b", "faq/c"]
    assert left_out == ["is it d?", "is it e?"]


def test_what_is_asked_beyond_the_pieces_that_are_read_is_left_out(nlp) -> None:
    colours = ["red", "blue", "green", "brown", "black", "white", "grey", "pink", "gold", "silver"]
    known = {f"is it ever {colour}?": (f"faq/{colour}", 0.9) for colour in colours}
    message = " ".join(known)
    _, left_out = read_questions(nlp(message), rank_of(known), THRESHOLDS)
    assert left_out == [f"is it ever {colour}?" for colour in colours[3:]]


def test_the_same_question_twice_is_one(nlp) -> None:
    assert topics(nlp, "does it hurt? does it hurt") == ["faq/pain"]


def test_small_talk_beside_a_question_is_no_question(nlp) -> None:
    assert topics(nlp, "hello. does it hurt") == ["faq/pain"]


BRUISES = Context("faq/side_effects", "does it bruise?")


def test_a_follow_up_is_read_with_the_question_before_it(nlp) -> None:
    assert topics(nlp, "is that normal?", BRUISES) == ["faq/side_effects"]


@pytest.mark.parametrize("danger", ["medical_emergency", "distress", "see_doctor_today"])
@pytest.mark.parametrize("message", ["is that normal?", "why?", "say that again", "are you sure"])
def test_after_a_danger_sign_no_other_topic_reassures(nlp, danger: str, message: str) -> None:
    """Lumps and fever, then "is that normal?", got "most people find it relatively painless"."""
    assert topics(nlp, message, Context(danger, "does it bruise?")) == [danger]


def test_after_a_danger_sign_a_clear_new_question_is_heard(nlp) -> None:
    assert topics(nlp, "does it hurt", Context("see_doctor_today", "lumps")) == ["faq/pain"]


@pytest.mark.parametrize("message", ["say that again", "why?", "why not?", "tell me more"])
def test_again_and_why_come_back_to_the_last_topic(nlp, message: str) -> None:
    assert topics(nlp, message, Context("faq/pain", "does it hurt")) == ["faq/pain"]


def test_without_context_a_follow_up_stays_one(nlp) -> None:
    assert topics(nlp, "is that normal?") == [ELLIPTICAL]


def test_a_correction_never_leads_back_to_the_topic_it_corrects(nlp) -> None:
    context = Context("faq/procedure_duration", "how long?")
    assert topics(nlp, "no, i meant the results", context) == ["faq/results_duration"]


def test_what_is_put_aside_is_no_question_of_its_own(nlp) -> None:
    """Of "not numbing cream!! my night cream after" both halves were answered."""
    context = Context("faq/anesthetic", "can i use cream?")
    message = "not numbing cream!! my night cream after"
    assert topics(nlp, message, context) == ["faq/aftercare"]


def test_a_new_question_is_not_read_as_a_follow_up(nlp) -> None:
    assert topics(nlp, "does it hurt", BRUISES) == ["faq/pain"]


def test_nothing_known_is_not_understood_or_off_topic(nlp) -> None:
    assert set(topics(nlp, "lorem ipsum")) <= {NOT_UNDERSTOOD, "out_of_scope"}


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("no, I meant the results", "the results"),
        ("sorry i mean after the treatment", "after the treatment"),
        ("i was talking about my neck", "my neck"),
        ("you misunderstood, i asked when the redness stops", "when the redness stops"),
        ("not the pain, the bruises", "the bruises"),
        ("no no not numbing cream!! my night cream after", "my night cream after"),
        ("not sure, maybe next week", None),
        ("not bad, how long does it take", None),
        ("what do you mean", None),
        ("does it hurt", None),
    ],
)
def test_what_a_correction_says(message: str, meant: str | None) -> None:
    assert correction(message) == meant


@pytest.mark.parametrize(
    "text",
    [
        "kill.me@mail.co.uk",
        "+90 532 123 45 67",
        "https://wa.me/90532",
        "hannah@ex ample.com",  # written wrongly they are addresses all the same
        "kill.me@ mail.com",
        "killme.gmail.com",
        "kill.me.com",
    ],
)
def test_an_address_a_number_and_a_link_are_nobodys_mood(nlp, text: str) -> None:
    """A bare e-mail address in the form got the crisis text."""
    read: list[str] = []

    class Model:
        def rank_all(self, parts: Sequence[str]) -> list[list[Ranked]]:
            read.extend(part.strip() for part in parts)
            return [[Ranked("faq/contact", 0.1), Ranked("distress", 0.1)] for _ in parts]

    flags = load_red_flags(CLINIC / "red_flags.yml")
    interpreter = Interpreter(Model(), flags, THRESHOLDS, SAFETY)
    assert interpreter.read(nlp(text)).danger is None
    assert set(read) == {""}


@pytest.mark.parametrize("danger", [Danger.EMERGENCY, Danger.DISTRESS])
@pytest.mark.parametrize(
    ("text", "belief", "is_danger"),
    [
        ("Mrs Moreau", 0.5, False),  # got "call 112 now" for her name
        ("I feel so strange", 0.5, True),
        ("throat swelling", 0.7, True),
    ],
)
def test_a_word_or_two_to_a_form_are_a_danger_only_when_surely_meant(
    nlp, text: str, belief: float, is_danger: bool, danger: Danger
) -> None:
    class Model:
        def rank_all(self, parts: Sequence[str]) -> list[list[Ranked]]:
            found = Ranked(danger.value, belief, belief)
            return [[Ranked("greet", 0.9, 0.1), found] for _ in parts]

    interpreter = Interpreter(Model(), load_red_flags(CLINIC / "red_flags.yml"), THRESHOLDS, SAFETY)
    assert interpreter.read(nlp(text)).danger is danger
    found = interpreter.read(nlp(text), answering=True)
    assert (found.danger is danger and not found.possible) is is_danger


def test_words_beside_an_address_are_read(nlp) -> None:
    flags = load_red_flags(CLINIC / "red_flags.yml")

    class Model:
        def rank_all(self, parts: Sequence[str]) -> list[list[Ranked]]:
            return [[Ranked("medical_emergency", 0.9, 0.9), Ranked("greet", 0.1)] for _ in parts]

    interpreter = Interpreter(Model(), flags, THRESHOLDS, SAFETY)
    found = interpreter.read(nlp("i cannot breathe ada@mail.com"))
    assert found.danger is Danger.EMERGENCY


@pytest.mark.parametrize(
    ("message", "danger"),
    [
        ("my eyes are shut from swell", Danger.EMERGENCY),
        ("my eyes are shut from swell. how long does it take?", Danger.EMERGENCY),
        ("how long does it take? my eyes are shut from swell", Danger.EMERGENCY),
        ("how long does it take? does it hurt", None),
    ],
)
def test_a_plain_question_does_not_hide_the_danger_beside_it(nlp, message: str, danger) -> None:
    """Together they resembled no danger, and the sentence alone counted for too little."""

    class Model:
        def rank_all(self, parts: Sequence[str]) -> list[list[Ranked]]:
            return [self._ranked(part) for part in parts]

        def _ranked(self, part: str) -> list[Ranked]:
            if part == "my eyes are shut from swell":
                return [Ranked("medical_emergency", 0.6, 0.45), Ranked("faq/pain", 0.2)]
            topic, score = KNOWN.get(part, ("faq/downtime", 0.5))
            return [Ranked(topic, score, score), Ranked("medical_emergency", 0.1, 0.03)]

    flags = load_red_flags(CLINIC / "red_flags.yml")
    interpreter = Interpreter(Model(), flags, THRESHOLDS, SAFETY)
    assert interpreter.read(nlp(message)).danger is danger
