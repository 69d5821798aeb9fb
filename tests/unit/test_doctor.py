"""`mesobot doctor` tells what is missing and what would fail, without secrets."""

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from mesobot import cli, paths
from mesobot.consultation.database import open_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.relay_watch import Watch
from mesobot.staff import doctor, installation
from mesobot.staff.check_delivery import in_words
from mesobot.staff.check_store import check_database
from mesobot.staff.doctor import CHECKS, diagnose
from mesobot.staff.findings import Finding, Level, as_json, something_fails, summary
from mesobot.staff.installation import Installation
from tests.unit.consultation.requests import GIVEN_AT, Store

KEY = Fernet.generate_key().decode()
HOURS = """
opening_hours:
  time_zone: "Europe/Istanbul"
  days: {monday: ["09:00-18:00"], tuesday: ["09:00-18:00"]}
"""
CONFIGURED = {
    "MESOBOT_SMTP_HOST": "mail.clinic.org",
    "MESOBOT_SMTP_USER": "robot-login",
    "MESOBOT_SMTP_PASSWORD": "smtp-secret",
    "MESOBOT_MAIL_FROM": "Clinic <robot@clinic.org>",
    "MESOBOT_CLINIC_EMAIL": "desk@clinic.org",
    "MESOBOT_ENCRYPTION_KEY": KEY,
    "MESOBOT_WHATSAPP_TOKEN": "whatsapp-secret",
    "MESOBOT_WHATSAPP_PHONE_NUMBER_ID": "1234567",
    "MESOBOT_WHATSAPP_APP_SECRET": "app-secret",
    "MESOBOT_WHATSAPP_VERIFY_TOKEN": "verify-secret",
    "MESOBOT_STAFF_WHATSAPP": "+90 532 123 45 67",
    "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
    "MESOBOT_WEB_ORIGINS": "https://www.clinic.org",
    "MESOBOT_WEB_SECRET": "website-secret-as-long-as-it-has-to-be",
    "MESOBOT_WEB_PROXIES": "1",
    "MESOBOT_WEB_PRIVACY_LINK": "https://www.clinic.org/privacy",
}


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    """An installation in which everything is configured and runs."""
    clinic, state, model = tmp_path / "clinic", tmp_path / "var", tmp_path / "mesobot.tar.gz"
    shutil.copytree(paths.CLINIC, clinic)
    with (clinic / "clinic.yml").open("a", encoding="utf-8") as file:
        file.write(HOURS)
    state.mkdir(mode=0o700)
    model.write_bytes(b"")
    url = f"sqlite:///{state / 'requests.db'}"
    open_database(url).dispose()
    seen(state, GIVEN_AT)
    swept(state, GIVEN_AT)
    return Installation(
        environment={**CONFIGURED, "MESOBOT_REQUESTS_DB": url},
        clinic=clinic,
        data=paths.DATA,
        state=state,
        model=model,
        model_is_fresh=lambda: True,
        python=(3, 10),
        free_bytes=lambda _: 50 * 1024**3,
        now=GIVEN_AT,
    )


def seen(state: Path, at: datetime, waiting: int = 0, caught: bool = False) -> None:
    Watch(state / "relay.json", lambda: at, caught).report(None, waiting, 0)


def swept(state: Path, at: datetime) -> None:
    text = json.dumps({"swept_at": at.isoformat()})
    (state / "retention.json").write_text(text, encoding="utf-8")


def store_of(here: Installation, key: str = KEY) -> Store:
    engine = open_database(here.environment["MESOBOT_REQUESTS_DB"])
    return Store(engine, Sealer([key] if key else []))


def with_settings(here: Installation, **changes: str) -> Installation:
    return replace(here, environment={**here.environment, **changes})


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def look(here: Installation, topic: str) -> Finding:
    """What that one check finds (all of them take a second)."""
    check = CHECKS[{"messages": "database", "stored data": "database"}.get(topic, topic)]
    found = check(here)
    (one,) = [f for f in (found if isinstance(found, list) else [found]) if f.topic == topic]
    return one


def level(here: Installation, topic: str) -> Level:
    return look(here, topic).level


def test_all_is_well_where_everything_is_configured(here: Installation) -> None:
    found = diagnose(here)
    assert [each for each in found if each.level is not Level.FINE] == []
    assert {each.topic for each in found} == {*CHECKS, "messages"}
    assert summary(found) == "All well."


def test_a_bare_installation_has_notes_and_only_training_is_missing(tmp_path: Path) -> None:
    bare = Installation(
        environment={"MESOBOT_REQUESTS_DB": f"sqlite:///{tmp_path}/var/requests.db"},
        clinic=paths.CLINIC,
        data=paths.DATA,
        state=tmp_path / "var",
        model=tmp_path / "mesobot.tar.gz",
        model_is_fresh=lambda: False,
        python=(3, 10),
        free_bytes=lambda _: 50 * 1024**3,
        now=GIVEN_AT,
    )
    found = {each.topic: each.level for each in diagnose(bare)}
    assert [topic for topic, level in found.items() if level is Level.FAILS] == ["model"]
    for topic in ("mail server", "encryption key", "database", "relay"):
        assert found[topic] is Level.NOTE
    assert not (tmp_path / "var").exists(), "looking must not make anything"


def test_neither_secrets_nor_patients_are_repeated(here: Installation) -> None:
    store = store_of(here)
    store.submit()
    (delivery, *_) = store.outbox.claim()
    store.outbox.give_up(delivery, "550 unknown")
    broken = {f"MESOBOT_{name}": "hunter2" for name in ("ENCRYPTION_KEY", "SMTP_SECURITY")}
    passwords = {"MESOBOT_REQUESTS_DB": "mysql://me:hunter2@host/requests"}
    for environment in ({}, broken, passwords):
        text = as_json(diagnose(with_settings(here, **environment)))
        for secret in (
            *("hunter2", "smtp-secret", "whatsapp-secret", "website-secret", "robot-login", KEY),
            *("app-secret", "verify-secret"),
            *("Ada", "lovelace", "532 123", "desk@clinic.org"),
        ):
            assert secret not in text


def test_another_python_fails(here: Installation) -> None:
    assert level(replace(here, python=(3, 12)), "Python") is Level.FAILS


def test_a_model_that_is_missing_fails_and_an_old_one_is_noted(here: Installation) -> None:
    assert level(replace(here, model_is_fresh=lambda: False), "model") is Level.NOTE
    here.model.unlink()
    assert level(here, "model") is Level.FAILS


def test_a_full_disk_fails_and_a_filling_one_is_noted(here: Installation) -> None:
    for free, expected in ((10**7, Level.FAILS), (5 * 10**8, Level.NOTE), (10**10, Level.FINE)):
        assert level(replace(here, free_bytes=lambda _, f=free: f), "disk") is expected


def test_a_folder_that_others_may_read_is_noted(here: Installation) -> None:
    here.state.chmod(0o755)
    assert "chmod 700" in look(here, "disk").next_step


def test_a_mistake_in_clinic_yml_is_named_with_its_line(here: Installation) -> None:
    rewrite(here.clinic_file, 'whatsapp: "+90 543 197 43 20"', 'whatsapp: "call us"')
    found = look(here, "clinic.yml")
    assert found.level is Level.FAILS
    assert found.sentence.startswith("Line 7: 'contact.whatsapp' must be international")
    assert level(here, "WhatsApp number") is Level.NOTE


def test_a_clinic_yml_that_is_no_yaml_leaves_the_other_checks_alone(here: Installation) -> None:
    here.clinic_file.write_text("{", encoding="utf-8")
    assert level(here, "clinic.yml") is Level.FAILS
    assert level(here, "database") is Level.FINE


def test_a_number_that_cannot_exist_fails(here: Installation) -> None:
    rewrite(here.clinic_file, "+90 543 197 43 20", "+90 111 111 11 11")
    assert level(here, "WhatsApp number") is Level.FAILS


def test_a_landline_may_be_on_whatsapp(here: Installation) -> None:
    rewrite(here.clinic_file, "+90 543 197 43 20", "+90 212 252 45 00")
    assert level(here, "WhatsApp number") is Level.FINE


def test_broken_texts_of_the_request_fail(here: Installation) -> None:
    (here.clinic / "consultation.yml").write_text("concerns: {}\n", encoding="utf-8")
    assert level(here, "consultation.yml") is Level.FAILS


def test_broken_content_fails(here: Installation) -> None:
    (here.clinic / "facts.yml").write_text("facts: []\n", encoding="utf-8")
    assert level(here, "content") is Level.FAILS


def test_opening_hours_say_when_a_patient_is_answered(here: Installation) -> None:
    assert "answered today until 18:00" in look(here, "opening hours").sentence  # a Monday, 12:00


def test_missing_hours_are_noted_and_wrong_ones_fail(here: Installation) -> None:
    rewrite(here.clinic_file, "09:00-18:00", "nine to five")
    assert level(here, "opening hours") is Level.FAILS
    text = here.clinic_file.read_text(encoding="utf-8").split("opening_hours")[0]
    here.clinic_file.write_text(f"{text}opening_hours: always\n", encoding="utf-8")
    assert level(here, "opening hours") is Level.FAILS
    here.clinic_file.write_text(text, encoding="utf-8")
    assert level(here, "opening hours") is Level.NOTE


def test_a_clinic_without_inbox_fails_once_mails_are_sent(here: Installation) -> None:
    silent = with_settings(here, MESOBOT_CLINIC_EMAIL="")
    assert level(silent, "clinic's e-mail") is Level.FAILS
    caught = {"MESOBOT_SMTP_HOST": "", "MESOBOT_SMTP_USER": "", "MESOBOT_SMTP_PASSWORD": ""}
    assert level(with_settings(silent, **caught), "clinic's e-mail") is Level.NOTE
    odd = with_settings(here, MESOBOT_CLINIC_EMAIL="a..b@clinic.org")
    assert level(odd, "clinic's e-mail") is Level.FAILS


def test_half_set_mail_or_whatsapp_names_what_is_missing(here: Installation) -> None:
    mail = look(with_settings(here, MESOBOT_SMTP_PASSWORD=""), "mail server")
    assert (mail.level, "MESOBOT_SMTP_PASSWORD" in mail.sentence) == (Level.FAILS, True)
    whatsapp = look(with_settings(here, MESOBOT_WHATSAPP_TOKEN=""), "WhatsApp to staff")
    assert (whatsapp.level, "MESOBOT_WHATSAPP_TOKEN" in whatsapp.sentence) == (Level.FAILS, True)


def test_chats_on_whatsapp_are_off_on_or_half_set(here: Installation) -> None:
    assert look(here, "WhatsApp chats").sentence.startswith("On from the next start")
    no_secret, no_word = {"MESOBOT_WHATSAPP_APP_SECRET": ""}, {"MESOBOT_WHATSAPP_VERIFY_TOKEN": ""}
    off = with_settings(here, **no_secret, **no_word)
    assert look(off, "WhatsApp chats").sentence[:4] == "Off:"
    assert level(off, "WhatsApp chats") is Level.FINE
    partner = with_settings(here, **no_secret, MESOBOT_WHATSAPP_PROVIDER="360dialog")
    assert "360dialog" in look(partner, "WhatsApp chats").sentence
    half = look(with_settings(here, **no_word), "WhatsApp chats")
    assert (half.level, half.sentence[:29]) == (Level.FAILS, "MESOBOT_WHATSAPP_VERIFY_TOKEN")
    homeless = with_settings(here, MESOBOT_WHATSAPP_TOKEN="")
    assert "MESOBOT_WHATSAPP_TOKEN" in look(homeless, "WhatsApp chats").sentence


def test_a_wrong_address_of_the_digest_is_named(here: Installation) -> None:
    assert "to nobody" in look(here, "weekly digest").sentence
    named = with_settings(here, MESOBOT_DIGEST_EMAIL="staff@clinic.com.tr")
    assert look(named, "weekly digest").sentence == "Sent on Mondays."
    wrong = look(with_settings(here, MESOBOT_DIGEST_EMAIL="staff"), "weekly digest")
    assert wrong.level is Level.FAILS
    assert "MESOBOT_DIGEST_EMAIL" in wrong.sentence


def test_caught_mails_are_said_to_reach_nobody(here: Installation) -> None:
    caught = {"MESOBOT_SMTP_HOST": "", "MESOBOT_SMTP_USER": "", "MESOBOT_SMTP_PASSWORD": ""}
    found = look(with_settings(here, **caught), "mail server")
    assert found.level is Level.NOTE
    assert "nobody receives them" in found.sentence
    assert "kept as files" in look(with_settings(here, **caught), "messages").sentence


def test_a_wrong_key_fails_and_a_missing_one_is_noted(here: Installation) -> None:
    wrong = with_settings(here, MESOBOT_ENCRYPTION_KEY="short")
    assert level(wrong, "encryption key") is Level.FAILS
    assert level(wrong, "database") is Level.FINE
    missing = with_settings(here, MESOBOT_ENCRYPTION_KEY="")
    assert level(missing, "encryption key") is Level.NOTE


def test_data_without_its_key_fails(here: Installation) -> None:
    store_of(here).submit()
    other = Fernet.generate_key().decode()
    assert level(with_settings(here, MESOBOT_ENCRYPTION_KEY=other), "stored data") is Level.FAILS
    both = with_settings(here, MESOBOT_ENCRYPTION_KEY=f"{other},{KEY}")
    assert "stored data" not in {each.topic for each in check_database(both)}


def test_requests_are_counted_by_state(here: Installation) -> None:
    store = store_of(here)
    for number in range(3):
        reference = store.submit(form=str(number))
    store.service.close(reference, "Deniz")
    assert "requests: 2 new, 1 closed." in look(here, "database").sentence


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, Level.FINE), (14, Level.FINE), (15, Level.FAILS)]
)
def test_what_is_undelivered_for_a_quarter_of_an_hour_fails(
    here: Installation, minutes: int, expected: Level
) -> None:
    store_of(here).submit()
    later = replace(here, now=GIVEN_AT + timedelta(minutes=minutes))
    assert level(later, "messages") is expected


def test_a_message_that_was_given_up_is_noted_at_once(here: Installation) -> None:
    store = store_of(here)
    store.submit()
    for delivery in store.outbox.claim(limit=1):
        store.outbox.give_up(delivery, "550 unknown")
    found = look(here, "messages")
    assert (found.level, "1 given up" in found.sentence) == (Level.NOTE, True)


def test_a_database_that_cannot_be_used_fails(here: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database at all", encoding="utf-8")
    for url in (
        f"sqlite:///{tmp_path}/file",
        f"sqlite:///{tmp_path}/file/requests.db",
        "postgresql://me@127.0.0.1:1/requests",
        "nonsense",
    ):
        assert level(with_settings(here, MESOBOT_REQUESTS_DB=url), "database") is Level.FAILS


@pytest.mark.parametrize(
    ("seconds", "waiting", "expected"),
    [
        (119, 3, Level.FINE),
        (121, 0, Level.NOTE),
        (121, 3, Level.FAILS),
        (-119, 0, Level.FINE),
        (-121, 0, Level.NOTE),
    ],
)
def test_a_relay_that_was_not_seen_for_two_minutes_does_not_run(
    here: Installation, seconds: int, waiting: int, expected: Level
) -> None:
    seen(here.state, GIVEN_AT - timedelta(seconds=seconds), waiting)
    assert level(here, "relay") is expected


@pytest.mark.parametrize("moment", ["yesterday", "2026-03-02T09:00:00", None, 5])
def test_a_status_file_that_makes_no_sense_fails(here: Installation, moment: Any) -> None:
    file = here.state / "relay.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**content, "seen_at": moment}), encoding="utf-8")
    assert level(here, "relay") is Level.FAILS


def test_a_relay_with_other_settings_is_noted(here: Installation) -> None:
    seen(here.state, GIVEN_AT, caught=True)
    assert "other mail settings" in look(here, "relay").sentence


def test_a_check_that_breaks_is_a_finding_and_quotes_nothing(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(here: Installation) -> Finding:
        raise KeyError("hunter2")

    monkeypatch.setitem(doctor.CHECKS, "disk", broken)
    (*others, found) = diagnose(here)
    assert (found.level, "hunter2" in found.sentence) == (Level.FAILS, False)
    assert len(others) == len(CHECKS)  # one check has two findings


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (150, "2 minutes"),
        (47 * 3600, "47 hours"),
        (49 * 3600, "2 days"),
    ],
)
def test_lengths_of_time_are_said_roughly(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words


def test_the_command_ends_with_one_only_if_something_fails(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "this_installation", lambda: here)
    well = CliRunner().invoke(cli.app, ["doctor"])
    assert (well.exit_code, well.stdout.splitlines()[-1]) == (0, "All well.")
    here.model.unlink()
    ill = CliRunner().invoke(cli.app, ["doctor"])
    assert ill.exit_code == 1
    assert "✘  model" in ill.stdout
    assert "make train" in ill.stdout


def test_programs_get_the_same_as_json(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    here.model.unlink()
    monkeypatch.setattr(installation, "this_installation", lambda: here)
    result = CliRunner().invoke(cli.app, ["doctor", "--json"])
    content = json.loads(result.stdout)
    assert (result.exit_code, content["fails"]) == (1, something_fails(diagnose(here)))
    model = next(each for each in content["findings"] if each["topic"] == "model")
    assert model == {
        "level": "fails",
        "topic": "model",
        "sentence": "The assistant is not trained yet.",
        "next_step": "`make train`.",
    }


def test_how_long_data_is_kept_and_whether_it_is_erased_then(here: Installation) -> None:
    assert "after 180 days, chats after 30" in look(here, "retention").sentence
    swept(here.state, GIVEN_AT - timedelta(days=3))
    late = look(here, "retention")
    assert late.level is Level.FAILS
    assert "3 days ago" in late.sentence
    (here.state / "retention.json").unlink()
    assert level(here, "retention") is Level.NOTE
    (here.clinic / "consultation.yml").write_text("times: no list", encoding="utf-8")
    assert level(here, "retention") is Level.NOTE
