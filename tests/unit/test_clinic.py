from pathlib import Path

import pytest

from mesobot.knowledge.clinic import is_real_email, load_clinic
from mesobot.knowledge.source import ContentError
from mesobot.paths import CLINIC

FILE = CLINIC / "clinic.yml"


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "clinic.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_links_carry_digits_only() -> None:
    clinic = load_clinic(FILE, {})
    assert clinic.whatsapp_link == "https://wa.me/905431974320"
    assert clinic.whatsapp_greeting_link.startswith("https://wa.me/905431974320?text=Hello%2C%20I")


def test_without_an_email_nobody_is_told_of_one() -> None:
    clinic = load_clinic(FILE, {})
    assert clinic.email is None
    assert clinic.placeholders()["or_by_email"] == ""


def test_the_environment_gives_the_email() -> None:
    clinic = load_clinic(FILE, {"MESOBOT_CLINIC_EMAIL": "hello@mesoclinic.com.tr"})
    assert "hello@mesoclinic.com.tr" in clinic.placeholders()["or_by_email"]


@pytest.mark.parametrize(
    "address",
    [
        "[email protected]",
        "[email\u00a0protected]",
        "info@example.com",
        "your@clinic.com",
        "nobody",
        "a@b",
        "two@a.com, x@b.com",
    ],
)
def test_a_placeholder_email_is_refused_at_start(address: str) -> None:
    assert not is_real_email(address)
    with pytest.raises(ContentError, match="placeholder or no address"):
        load_clinic(FILE, {"MESOBOT_CLINIC_EMAIL": address})


def test_a_missing_entry_is_named(tmp_path: Path) -> None:
    path = edited(tmp_path, '  number: "112"\n', "")
    with pytest.raises(ContentError, match=r"'emergency\.number' is missing"):
        load_clinic(path, {})


def test_an_unquoted_number_is_named_with_its_line(tmp_path: Path) -> None:
    path = edited(tmp_path, '  number: "112"', "  number: 112")
    with pytest.raises(ContentError) as caught:
        load_clinic(path, {})
    problem = caught.value.problems[0]
    assert "must be a text in quotes" in problem.message
    assert path.read_text(encoding="utf-8").splitlines()[problem.line - 1].strip() == "number: 112"


def test_a_national_number_is_refused(tmp_path: Path) -> None:
    path = edited(tmp_path, "+90 543 197 43 20", "0543 197 43 20")
    with pytest.raises(ContentError, match="must be international"):
        load_clinic(path, {})
