import re
from pathlib import Path

import pytest

from mesobot.knowledge.clinic import TO_A_PERSON, is_real_email, load_clinic
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


def test_a_link_with_a_greeting_ended_in_a_full_stop_that_pages_leave_out() -> None:
    clinic = load_clinic(FILE, {})
    assert clinic.whatsapp_greeting.endswith(".")
    assert clinic.whatsapp_greeting_link.endswith("clinic%2E")
    assert any("%2E%20M-ABC234" in words for words in clinic.placeholders("M-ABC234").values())


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


LINKED = re.compile(r"wa\.me|whatsapp\.com")


def test_texts_sent_patients_to_the_number_that_they_wrote_to() -> None:
    clinic = load_clinic(FILE, {"MESOBOT_CLINIC_EMAIL": "hello@mesoclinic.com.tr"})
    here = clinic.placeholders("M-7K3F9Q", same_chat=True)
    assert [name for name, words in here.items() if LINKED.search(words)] == []
    elsewhere = clinic.placeholders("M-7K3F9Q")
    assert "M-7K3F9Q" in elsewhere["write_with_reference"]
    for name in TO_A_PERSON:
        if name != "or_yourself":
            assert "talk to a person" in here[name], name
        assert clinic.whatsapp_link in elsewhere[name] or clinic.whatsapp in elsewhere[name], name


@pytest.mark.parametrize("line", ["905431974320", "+90 543 197 43 20", "+90 (543) 197-43-20", None])
def test_a_chat_is_the_clinics_own_unless_its_number_is_another(line: str | None) -> None:
    assert load_clinic(FILE, {}).is_reached_on(line)


def test_a_chat_on_another_number_is_not_the_clinics_own() -> None:
    assert not load_clinic(FILE, {}).is_reached_on("+1 555 010 0100")


def test_a_link_for_patients_who_are_there_already_is_refused(tmp_path: Path) -> None:
    path = edited(tmp_path, "same_chat: 'reply", "same_chat: '{whatsapp_link} reply")
    with pytest.raises(ContentError, match="links to the number that the chat is on"):
        load_clinic(path, {})
