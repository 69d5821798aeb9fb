"""A patient wants a person, and staff take the chat with their commands: real processes throughout."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

from mesobot import paths
from tests.faults.waiting import wait_until
from tests.graph import payloads
from tests.scenarios.conftest import Assistant
from tests.whatsapp.phones import SILENCE, Phones, somebody

ELSEWHERE = replace(payloads.Business(), display_phone_number="15550783881")


def staff(clinic: Assistant, *command: str) -> str:
    """What `mesobot whatsapp …` prints; it has to work."""
    done = subprocess.run(
        [sys.executable, "-m", "mesobot", "whatsapp", *command],
        check=False,
        cwd=paths.ROOT,
        env={**os.environ, "MESOBOT_STATE": str(clinic.state), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def line_of(clinic: Assistant, phone: str | None) -> str:
    """The line of a patient in the staff's list, "" without one."""
    shown = staff(clinic, "waiting").splitlines()
    return next((line for line in shown if f"+{phone}" in line), "")


def test_staff_take_a_chat_and_give_it_back(phones: Phones, clinic: Assistant) -> None:
    ada = somebody()
    got = phones.say(ada, "does it hurt?")
    assert line_of(clinic, ada.phone) == ""
    got = phones.say(ada, "talk to a person")
    assert "sees in its list that you want a person" in got.text
    assert "How soon somebody writes to you I do not know" in got.text
    phones.say(ada, "cancel")
    name, number, *_ = line_of(clinic, ada.phone).split()
    assert number == f"+{ada.phone}"
    assert "wants a person" in line_of(clinic, ada.phone)
    staff(clinic, "mute", name, "--minutes", "30")
    assert "staff have this chat" in line_of(clinic, ada.phone)
    assert "wants a person" not in line_of(clinic, ada.phone)
    phones.graph.receive(payloads.text(ada, "hello Elif, i have a question"))
    time.sleep(SILENCE)
    assert phones.has_nothing_new(ada)
    assert "112" in phones.say(ada, "my throat is swelling shut").text
    staff(clinic, "release", name)
    assert line_of(clinic, ada.phone) == ""
    assert "painless" in phones.say(ada, "does it hurt?").text
    phones.say(ada, "talk to a person")
    assert "wants a person" in line_of(clinic, ada.phone)
    assert staff(clinic, "done", f"+{ada.phone}").startswith("Done")
    assert line_of(clinic, ada.phone) == ""


def test_stop_and_erase_work_while_staff_have_the_chat(phones: Phones, clinic: Assistant) -> None:
    ada = somebody()
    phones.say(ada, "does it hurt?")
    phones.graph.receive(payloads.echo(ada, "Hello, this is Elif.", phones.graph.business))
    wait_until(lambda: line_of(clinic, ada.phone))
    assert "will not write here any more" in phones.say(ada, "STOP").text
    assert "wrote STOP" in staff(clinic, "waiting")
    asked = phones.say(ada, "ERASE")
    assert "Shall I delete it all?" in asked.text
    assert "deleted this chat" in phones.tap(ada, asked, "Yes").text
    assert line_of(clinic, ada.phone) == ""


def test_nobody_was_sent_to_the_number_that_they_wrote_to(phones: Phones) -> None:
    ada = somebody()
    for text in ("what does it cost", "where are you", "whats your whatsapp number", "bye"):
        got = phones.say(ada, text)
        assert "wa.me" not in got.text, got.text
        assert "talk to a person" in got.text


def test_who_writes_to_another_number_gets_the_clinics(phones: Phones) -> None:
    ada = somebody()
    phones.graph.receive_webhook(payloads.webhook(ELSEWHERE, payloads.text(ada, "price?")))
    assert "https://wa.me/905431974320" in phones.next(ada).text


def test_an_emergency_is_answered_before_the_pause_of_a_burst(phones: Phones) -> None:
    """Somebody who goes on writing was answered when they stopped."""
    ada = somebody()
    phones.say(ada, "does it hurt?")
    phones.graph.receive(payloads.text(ada, "i cannot breathe, my throat is swelling"))
    phones.graph.receive(payloads.text(ada, "i had it an hour ago"))
    assert "Call 112 now" in phones.next(ada).text
