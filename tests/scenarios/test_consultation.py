"""A patient becomes a request that the clinic sees: the whole way, with real processes."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import time
from email import message_from_bytes, policy
from pathlib import Path

from mesobot import paths
from mesobot.running import actions_command, free_port, rasa_command, wait_for
from tests.scenarios.conftest import Assistant, running

TO_CONFIRMATION = ("weekend", "yes")


def say_all(assistant: Assistant, sender: str, *texts: str) -> list[str]:
    return [assistant.say(sender, text)["text"] for text in texts]


def mails(state: Path, reference: str, count: int, seconds: float = 20) -> list[str]:
    """Bodies of the caught mails that name a reference; it is an error if there are too few."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = []
        for path in (state / "mail").glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            if body and reference in body.get_content():
                found.append(f"{mail['Subject']}\n{mail['Reply-To']}\n{body.get_content()}")
        if len(found) >= count:
            return found
        time.sleep(0.2)
    raise AssertionError(f"fewer than {count} mails in {seconds} s")


def test_a_request_by_email_reaches_the_clinic_and_is_acknowledged(assistant: Assistant) -> None:
    *_, saved = say_all(
        assistant, "by-email", "i want to book an appointment", "2", "Ada Okur",
        "ada.okur@mail.com", "acne scars", *TO_CONFIRMATION, "yes",
    )  # fmt: skip
    reference = re.search(r"M-[A-Z0-9]{6}", saved)
    assert reference, saved
    both = mails(assistant.state, reference[0], 2)
    to_clinic = next(mail for mail in both if "ada.okur@mail.com" in mail)
    assert "Ada Okur" in to_clinic
    assert "Acne scars" in to_clinic
    to_patient = next(mail for mail in both if mail is not to_clinic)
    assert "Acne scars" not in to_patient


def test_a_question_in_between_is_answered_and_the_form_goes_on(assistant: Assistant) -> None:
    sender = "digression"
    say_all(assistant, sender, "can someone call me back", "1")
    reply = assistant.say(sender, "does it hurt?")
    assert "relatively painless" in reply["text"]
    assert reply["text"].endswith("What is your name?")
    assert "buttons" not in reply


def test_a_name_after_a_question_is_a_name(assistant: Assistant) -> None:
    """After "does it hurt" the name "Ada Okur" was read as a follow-up and answered."""
    *_, reply = say_all(
        assistant, "name-after", "does it hurt and how long does it take?", "book", "2", "Ada Okur"
    )
    assert reply == "What is your e-mail address?"


def test_another_way_half_way_asks_for_a_contact_that_fits(assistant: Assistant) -> None:
    *_, name, contact = say_all(
        assistant, "way-back", "i want an appointment", "0532 444 55 66", "rather email", "Ada"
    )
    assert name.endswith("What is your name?")
    assert contact == "What is your e-mail address?"


def test_a_sign_of_danger_is_never_taken_for_a_name(assistant: Assistant) -> None:
    *_, reply = say_all(assistant, "danger-name", "i want an appointment", "1", "my lips feel odd")
    assert "call 112" in reply.lower()


def test_a_name_that_sounds_dangerous_is_taken_and_the_warning_given(assistant) -> None:
    *_, reply = say_all(assistant, "faith", "i want an appointment", "1", "Faith Black")
    assert reply.startswith("If this is happening to you")
    assert "What is your WhatsApp number?" in reply


def test_a_warning_stood_twice_in_one_reply_of_the_form(assistant) -> None:
    """Before what was wrong with the answer, and before the question that is asked again."""
    said = ("i want an appointment", "2", "Ada Okur", "ada@mail.com", "today")
    *_, reply = say_all(assistant, "warned-once", *said)
    assert reply.startswith("If this is happening to you")
    assert "What is it about?" in reply
    assert reply.count("If this is happening to you") == 1


def test_a_dead_action_server_at_the_last_answer_costs_nothing(tmp_path: Path) -> None:
    """Honest while it is dead; "book" then saves the same answers, once."""
    port, actions = free_port(), free_port()
    variables = {
        "MESOBOT_PORT": str(port),
        "MESOBOT_ACTIONS_URL": f"http://127.0.0.1:{actions}/webhook",
    }
    environment = {**os.environ, **variables, "MESOBOT_STATE": str(tmp_path / "state")}

    def start_actions() -> subprocess.Popen[bytes]:
        started = subprocess.Popen(
            actions_command(actions), cwd=paths.ROOT, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert wait_for(f"http://127.0.0.1:{actions}/health", 60)
        return started

    with running(rasa_command(port), tmp_path, **variables) as assistant:
        server = start_actions()
        try:
            say_all(
                assistant, "dead-end", "i want an appointment", "1", "Nil", "0532 777 88 99",
                "6", "any", "yes",
            )  # fmt: skip
            server.kill()
            server.wait(timeout=10)
            honest = assistant.say("dead-end", "yes")["text"]
            assert "could not make sure" in honest
            assert "+90 543 197 43 20" in honest
            server = start_actions()
            assert "Saved. Your reference is" in assistant.say("dead-end", "book")["text"]
        finally:
            server.kill()
            server.wait(timeout=10)
    with sqlite3.connect(tmp_path / "state" / "requests.db") as database:
        assert database.execute("select count(*) from requests").fetchone() == (1,)


def test_cancelling_stores_nothing_and_the_next_request_begins_anew(assistant: Assistant) -> None:
    replies = say_all(assistant, "cancels", "book please", "1", "Cora", "cancel", "book please")
    assert "no request was saved" in replies[-2]
    assert "How should the clinic reach you?" in replies[-1]


def test_without_consent_nothing_is_stored(assistant: Assistant) -> None:
    *_, reply = say_all(
        assistant, "refuses", "i want an appointment", "1", "Rita", "0532 111 22 33", "6",
        "any", "no",
    )  # fmt: skip
    assert 'without your "yes" no request is saved' in reply
    with sqlite3.connect(assistant.state / "requests.db") as database:
        names = database.execute("select name from requests").fetchall()
    assert all("Rita" not in str(name) for name in names)


def test_three_answers_that_cannot_be_used_lead_to_a_person(assistant: Assistant) -> None:
    *_, reply = say_all(
        assistant, "gives-up", "i want an appointment", "1", "Gil", "12", "34", "56"
    )
    assert "+90 543 197 43 20" in reply
    assert "What is your" not in reply


def test_a_correction_is_read_back(assistant: Assistant) -> None:
    *_, reply = say_all(
        assistant, "corrects", "i want an appointment", "1", "Kim", "0532 111 22 33", "6", "any",
        "yes", "change my number", "0533 111 22 33",
    )  # fmt: skip
    assert "+905331112233" in reply
    assert "Shall I send it?" in reply


def test_an_emergency_in_the_form_comes_alone_and_the_request_can_go_on(assistant) -> None:
    sender = "form-emergency"
    say_all(assistant, sender, "i want an appointment", "1", "Eve")
    alarm = assistant.say(sender, "my throat is swelling i cannot breathe")
    assert alarm["text"].startswith("This can be an emergency. Call 112")
    assert "WhatsApp number?" not in alarm["text"]
    assert "What is your WhatsApp number?" in assistant.say(sender, "book please")["text"]


def test_sending_twice_gives_one_request(assistant: Assistant) -> None:
    sender = "twice"
    answers = ("1", "Tyra", "0532 222 33 44", "6", "any", "yes", "yes")
    *_, first = say_all(assistant, sender, "i want an appointment", *answers)
    assert "Saved. Your reference is" in first
    again = assistant.say(sender, "yes")["text"]
    assert "Saved" not in again
    with sqlite3.connect(assistant.state / "requests.db") as database:
        count = database.execute("select count(*) from requests where name like '%Ty%'").fetchone()
    assert count == (1,)
