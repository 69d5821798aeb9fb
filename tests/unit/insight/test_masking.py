"""What could tell who wrote is masked; what is harmless stays readable."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesobot import paths
from mesobot.insight.masking import Masker, has_marks, without_marks
from mesobot.insight.words import Words
from mesobot.nlu.topic_model import normalise

PERSONAL = [
    ("My name is Zeynep Kaya and I want PRP", ("Zeynep", "Kaya")),
    ("hi im ada okur, do you do fillers", ("ada", "okur")),
    ("this is Grace, can i come", ("Grace",)),
    ("my name is joy", ("joy",)),
    ("people call me joy-ann", ("joy", "ann")),
    ("can my friend Grace come with me", ("Grace",)),
    ("john told me it hurts", ("john",)),
    ("my daughter ayşe has acne", ("ayşe",)),
    ("my sister beyzanur wants it too", ("beyzanur",)),
    ("Dr. Mehmet Öz told me so", ("Mehmet", "Öz")),
    ("i heard from Hülya hanım that it hurts", ("Hülya",)),
    ("O'Connor is my surname", ("Connor",)),
    ("Ахмед спрашивает цену", ("Ахмед",)),
    ("write to ada.okur@mail.com please", ("ada", "okur", "mail.com")),
    ("write to ada at gmail dot com", ("gmail",)),
    ("my number is 0532 123 45 67", ("0532", "123", "45")),
    ("call +44 7400 123456", ("7400", "123456")),
    ("my number is ٠٥٣٢١٢٣٤٥٦٧", ("٠٥٣٢",)),
    ("i live at 12 Baker Street", ("Baker", "12")),
    ("Bağdat Caddesi No: 15 is it near", ("Bağdat", "15")),
    ("i live in Kadıköy, is it far", ("Kadıköy",)),
    ("i am 47 and weigh 60kg", ("47", "60")),
    ("see https://example.org/ada or www.ada.com", ("ada", "example")),
    ("insta: zeynep_k98 write me", ("zeynep", "k98")),
    ("my IBAN is TR33 0006 1005 1978 6457 8413 26", ("0006", "8413")),
]
HARMLESS = [
    "do you do hair transplants too",
    "i'm pregnant, can I do it?",
    "Will it hurt? I heard that it does",
    "can I bring somebody into the treatment room",
    "DO YOU DO BOTOX",
    "Do You Do Hair Transplants",
    "is there an anestetic cream",
    "does it help against my acne scars",
    "don't you open on Sundays",
    "please call me tomorrow",
]


@pytest.mark.parametrize(("text", "secrets"), PERSONAL)
def test_what_is_personal_is_masked(masker: Masker, text: str, secrets: tuple[str, ...]) -> None:
    masked = masker.mask(text)
    assert has_marks(masked)
    assert [secret for secret in secrets if secret.lower() in masked.lower()] == []


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(masker: Masker, text: str) -> None:
    assert masker.mask(text) == text


def test_most_real_questions_stay_readable(masker: Masker) -> None:
    """Held-out messages about other things than ours: the hardest for a list of known words."""
    lines = (paths.ROOT / "tests/evaluation/held_out/out_of_scope_a.jsonl").read_text("utf-8")
    texts = [json.loads(line)["text"] for line in lines.splitlines()]
    unknown = sum("‹…›" in masker.mask(text) or "‹name›" in masker.mask(text) for text in texts)
    assert unknown <= len(texts) * 0.2


@given(st.text(max_size=200))
def test_whatever_is_typed_nothing_unknown_comes_through(text: str) -> None:
    """With three known words every other letter and every digit is masked."""
    few = Masker(Words(own=("does", "it", "hurt"), frequent=(), names=("grace",)))
    rest = without_marks(few.mask(f"does it {text} hurt"))
    assert not any(map(str.isdigit, rest))
    words = {normalise(word) for word in re.findall(r"[^\W\d_]{2,}", rest)}
    assert words <= {"does", "it", "hurt"} | _with_endings("does", "it", "hurt")
    assert rest.isprintable()


def _with_endings(*words: str) -> set[str]:
    endings = ("s", "es", "ed", "d", "ing", "ly", "er", "est", "y")
    return {word + ending for word in words for ending in endings}


def test_a_patient_cannot_write_a_mark(masker: Masker) -> None:
    assert "‹" not in masker.mask("‹does it hurt›")


def test_without_the_encoders_vocabulary_only_our_own_words_are_shown() -> None:
    words = Words(own=("hurt",), frequent=(), names=())
    assert Masker(words).mask("hurt dolphin hurts") == "hurt ‹…› hurts"


def test_a_name_is_none_by_an_ending_or_in_our_own_texts() -> None:
    words = Words(own=("emma", "skin"), frequent=("emma", "brown"), names=("emma",))
    assert not words.is_ordinary("emma")
    assert not words.is_ordinary("Emmas")
    assert not words.is_ours("emma")
    assert words.is_ordinary("skins")
    assert not words.is_ordinary("skinz")  # too short to be a slip for sure
