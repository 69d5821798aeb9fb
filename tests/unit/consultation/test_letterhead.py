"""What the relay's process makes of the clinic's file and the environment."""

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mesobot.consultation.environment import SettingsError
from mesobot.consultation.mail_settings import MailSettings, read_mail_settings
from mesobot.consultation.outbox import DeliveryKind
from mesobot.consultation.relay_process import make_senders, read_letterhead, run_relay
from mesobot.knowledge.clinic import TO_A_PERSON
from mesobot.paths import CLINIC

SERVER = {
    "MESOBOT_SMTP_HOST": "mail.clinic.com.tr",
    "MESOBOT_MAIL_FROM": "assistant@clinic.com.tr",
    "MESOBOT_CLINIC_EMAIL": "inbox@clinic.com.tr",
}
WHATSAPP = {
    "MESOBOT_WHATSAPP_TOKEN": "t0ken",
    "MESOBOT_WHATSAPP_PHONE_NUMBER_ID": "1234567890",
    "MESOBOT_STAFF_WHATSAPP": "+905321234567",
    "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
}
CONTACTS = """
city: Istanbul
contact: {whatsapp: "+90 543 197 43 20", whatsapp_greeting: "Hello"}
emergency: {number: "112", country: "Türkiye"}
notices: {automated: "I am a machine.", results_differ: "Results differ."}
"""
WORDS = {"elsewhere": "write to us", "same_chat": "say so here"}
CONTACTS += f"to_a_person: {json.dumps(dict.fromkeys(TO_A_PERSON, WORDS))}\n"
HOURS = """
name: Mesotherapy Clinic
opening_hours:
  time_zone: Europe/Istanbul
  days: {monday: ["09:00-18:00"]}
"""


def clinic_file(tmp_path: Path, more: str = "") -> Path:
    path = tmp_path / "clinic.yml"
    path.write_text(CONTACTS + more, encoding="utf-8")
    return path


def mail(environment: dict[str, str]) -> MailSettings:
    return read_mail_settings(environment)


def test_name_and_hours_come_from_the_clinics_file(tmp_path: Path) -> None:
    head = read_letterhead(clinic_file(tmp_path, HOURS), SERVER, mail(SERVER))
    assert head.clinic == "Mesotherapy Clinic"
    assert head.zone.key == "Europe/Istanbul"
    assert head.hours is not None
    assert head.inbox == "inbox@clinic.com.tr"


def test_name_and_hours_may_be_left_out(tmp_path: Path) -> None:
    head = read_letterhead(clinic_file(tmp_path), SERVER, mail(SERVER))
    assert (head.clinic, head.hours, head.zone.key) == (
        "the clinic in Istanbul",
        None,
        "Europe/Istanbul",
    )


def test_the_clinics_own_file_can_be_used() -> None:
    assert read_letterhead(CLINIC / "clinic.yml", SERVER, mail(SERVER)).emergency_number == "112"


def test_only_what_is_configured_can_be_delivered(tmp_path: Path) -> None:
    def kinds(environment: dict[str, str]) -> set[DeliveryKind]:
        settings = mail(environment)
        head = read_letterhead(clinic_file(tmp_path), environment, settings)
        return set(make_senders(environment, settings, head))

    email, patient, whatsapp = (
        DeliveryKind.CLINIC_EMAIL,
        DeliveryKind.PATIENT_EMAIL,
        DeliveryKind.CLINIC_WHATSAPP,
    )
    assert kinds(SERVER) == {email, patient}
    assert kinds({**SERVER, **WHATSAPP}) == {email, patient, whatsapp}
    assert kinds({**SERVER, "MESOBOT_CLINIC_EMAIL": ""}) == {patient}
    assert kinds({}) == {email, patient}, "without a mail server everything is caught"


def test_a_clinic_address_that_mail_servers_refuse_is_told_at_start(tmp_path: Path) -> None:
    environment = {**SERVER, "MESOBOT_CLINIC_EMAIL": "ünal@clinic.com.tr"}
    with pytest.raises(SettingsError, match="clinic's e-mail"):
        read_letterhead(clinic_file(tmp_path), environment, mail(environment))


@pytest.mark.parametrize(
    ("environment", "more", "named"),
    [
        ({"MESOBOT_SMTP_USER": "me"}, "", "MESOBOT_SMTP_HOST"),
        ({"MESOBOT_WHATSAPP_TOKEN": "t0ken"}, "", "MESOBOT_STAFF_WHATSAPP"),
        ({"MESOBOT_ENCRYPTION_KEY": "short"}, "", "MESOBOT_ENCRYPTION_KEY"),
        ({"MESOBOT_REQUESTS_DB": "mysql://localhost/x"}, "", "database"),
        ({}, "opening_hours: {time_zone: Mars}", "opening_hours.time_zone"),
        ({"MESOBOT_CLINIC_EMAIL": "your@email"}, "", "placeholder"),
    ],
)
def test_the_relay_does_not_start_with_settings_that_cannot_work(
    tmp_path: Path, environment: dict[str, str], more: str, named: str
) -> None:
    with capture_logs() as logs:
        status = run_relay(
            environment,
            clinic_file=clinic_file(tmp_path, more),
            status_file=tmp_path / "var" / "relay.json",
        )
    assert status == 2
    assert named in logs[-1]["problem"]
    assert "t0ken" not in str(logs)
