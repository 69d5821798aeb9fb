"""What does not fit into a WhatsApp message is found before anybody reads it."""

import os
from pathlib import Path

import pytest

from mesobot.channels.whatsapp.fitting import check_fit
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.knowledge.clinic import load_clinic
from mesobot.paths import CLINIC, DATA

ABOUT = load_clinic(CLINIC / "clinic.yml", os.environ)
LISTS = load_questionnaire(CLINIC / "consultation.yml")


def complaints(folder: Path, response: str) -> list[str]:
    (folder / "one.yml").write_text(f"responses:\n  utter_x:\n    - {response}\n", "utf-8")
    return [problem.message for problem in check_fit(folder, ABOUT, LISTS)]


def test_all_that_we_say_fits() -> None:
    assert check_fit(DATA, ABOUT, LISTS) == []


@pytest.mark.parametrize(
    ("response", "word"),
    [
        (f"{{text: {'word ' * 900}}}", "4096"),
        (f"{{text: {'word ' * 200}, metadata: {{next: [pain]}}}}", "1024"),
        (f"{{text: {'word ' * 180}, metadata: {{buttons: [a]}}}}", "1024"),
        (
            "{text: a, metadata: {buttons: [one, two, three, a choice of more than 24 letters]}}",
            "24",
        ),
        (f"{{text: a, metadata: {{buttons: {[str(n) for n in range(11)]}}}}}", "10 at most"),
        ("{text: a, metadata: {buttons: [same, same]}}", "different"),
        ("{text: a, metadata: {ask: How long is a whole session}}", "'ask'"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, response: str, word: str) -> None:
    (complaint,) = complaints(tmp_path, response)
    assert word in complaint


def test_four_short_choices_are_a_list(tmp_path: Path) -> None:
    assert complaints(tmp_path, "{text: a, metadata: {buttons: [one, two, three, four]}}") == []


def test_placeholders_count_as_what_they_stand_for(tmp_path: Path) -> None:
    text = "{privacy_notice} " * 3
    (complaint,) = complaints(tmp_path, f"{{text: '{text}', metadata: {{buttons: [a]}}}}")
    assert "1024" in complaint
