"""The wordings of clinic/red_flags.yml, and how they are combined with learned beliefs."""

from pathlib import Path

import pytest

from mesobot.knowledge.source import ContentError
from mesobot.paths import CLINIC
from mesobot.safety.assessment import Level, SafetyThresholds, assess
from mesobot.safety.red_flags import Danger, RedFlag, load_red_flags
from mesobot.safety.wordings import plain

FLAGS = load_red_flags(CLINIC / "red_flags.yml")
THRESHOLDS = SafetyThresholds(
    levels=dict.fromkeys(Danger, Level(sure=0.4, with_wording=0.2)),
    sure_if_calm=0.6,
    possible=0.25,
    possible_with_wording=0.1,
    sentence=0.1,
)
BREATHING = RedFlag(Danger.EMERGENCY, "breathing", "en")


def signs(text: str) -> set[str]:
    return {flag.sign for flag in FLAGS.find(text)}


@pytest.mark.parametrize(
    ("message", "sign"),
    [
        ("i can't breathe", "breathing"),
        ("CANT BREETHE!!", "breathing"),
        ("how long does it take btw my throat is closing", "breathing"),
        ("her tounge is swolen", "swelling"),
        ("my wife passed out", "fainting"),
        ("pain in my chest", "chest"),
        ("I see double since the injection", "vision"),
        ("the skin turned white and cold", "skin_colour"),
        ("fever and the redness keeps spreading", "infection"),
        ("worst pain of my life", "pain"),
        ("he had a seizure", "seizure"),
        ("one side of the face is drooping", "weakness"),
        ("the bleeding wont stop", "other"),
        ("nefes alamıyorum", "breathing"),
        ("ich bekomme keine Luft", "breathing"),
        ("я задыхаюсь", "breathing"),
        ("لا أستطيع التنفس", "breathing"),
        ("i want to kill myself", "self_harm"),
    ],
)
def test_a_danger_sign_is_found(message: str, sign: str) -> None:
    assert sign in signs(message)


@pytest.mark.parametrize(
    "message",
    [
        "no fever and no pus",
        "i didnt faint",
        "what if i cant breathe",
        "can my face swell after it?",
        "can't breathe i'm so excited",
        "blackheads on my nose",
        "blind date on friday",
        "does it hurt?",
        "",
    ],
)
def test_no_danger_is_found_where_there_is_none(message: str) -> None:
    assert signs(message) == set()


def test_plain_text_keeps_sentences_apart() -> None:
    assert plain("Can’t breathe!! İyi mi?") == "cant breathe . iyi mi"


def test_a_belief_that_is_sure_is_enough() -> None:
    assert assess([], [{Danger.EMERGENCY: 0.5}], THRESHOLDS).danger is Danger.EMERGENCY


def test_a_wording_needs_less_belief() -> None:
    found = assess([BREATHING], [{Danger.EMERGENCY: 0.21}], THRESHOLDS)
    assert (found.danger, found.possible) == (Danger.EMERGENCY, False)


def test_something_calming_makes_it_only_possible() -> None:
    found = assess([], [{Danger.EMERGENCY: 0.5}], THRESHOLDS, calm=True)
    assert (found.danger, found.possible) == (Danger.EMERGENCY, True)


def test_a_few_words_to_a_form_only_may_be_a_danger_that_they_resemble() -> None:
    resembled = assess([], [{Danger.EMERGENCY: 0.5}], THRESHOLDS, answering=True)
    assert (resembled.danger, resembled.possible) == (Danger.EMERGENCY, True)
    assert assess([], [{Danger.DISTRESS: 0.5}], THRESHOLDS, answering=True).danger is None
    sure = assess([], [{Danger.EMERGENCY: 0.9}], THRESHOLDS, answering=True)
    assert (sure.danger, sure.possible) == (Danger.EMERGENCY, False)
    worded = assess([BREATHING], [{Danger.EMERGENCY: 0.21}], THRESHOLDS, answering=True)
    assert (worded.danger, worded.possible) == (Danger.EMERGENCY, False)


def test_one_sentence_of_a_long_message_is_enough() -> None:
    beliefs = [{Danger.EMERGENCY: 0.1}, {Danger.EMERGENCY: 0.0}, {Danger.EMERGENCY: 0.7}]
    assert assess([], beliefs, THRESHOLDS).danger is Danger.EMERGENCY


def test_the_most_serious_danger_wins() -> None:
    beliefs = [{Danger.EMERGENCY: 0.5, Danger.SEE_DOCTOR: 0.9, Danger.DISTRESS: 0.6}]
    assert assess([], beliefs, THRESHOLDS).danger is Danger.EMERGENCY


def test_in_another_language_a_wording_alone_is_enough() -> None:
    turkish = RedFlag(Danger.EMERGENCY, "breathing", "tr")
    found = assess([turkish], [{}], THRESHOLDS)
    assert (found.danger, found.language) == (Danger.EMERGENCY, "tr")


def test_no_sign_is_no_danger() -> None:
    assert assess([], [{Danger.EMERGENCY: 0.1}], THRESHOLDS).danger is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("en:\n  emergency:\n    a: [<nobody> x]\n", "'nobody', which does not exist"),
        ("en:\n  emergency:\n    a: text\n", "must be a list of wordings"),
        ("en:\n  emergencies: {}\n", "unknown section 'emergencies'"),
        ("en: text\n", "must hold sections"),
    ],
)
def test_a_mistake_in_the_file_is_explained(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "red_flags.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ContentError, match=complaint):
        load_red_flags(path)
