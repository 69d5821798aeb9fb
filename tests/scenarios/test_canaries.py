"""Where a patient's words are kept, and that they are gone after erasing: real processes.

Every file that the processes keep is searched byte by byte, and their whole log.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from mesobot import paths
from mesobot.running import free_port, wait_for
from tests.scenarios.conftest import Assistant, running
from tests.scenarios.test_consultation import mails, say_all

CHAT, REQUESTS = "conversations.db", "state/requests.db"


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    return {
        "MESOBOT_PORT": str(free_port()),
        "MESOBOT_ACTIONS_PORT": str(free_port()),
        "MESOBOT_CATCHER_PORT": str(free_port()),
        "MESOBOT_ENCRYPTION_KEY": Fernet.generate_key().decode(),
    }


@pytest.fixture(scope="module")
def watched(tmp_path_factory, variables: dict[str, str]) -> Iterator[Assistant]:
    """The whole assistant as `make run` starts it, with a key, in a folder of its own."""
    command = [sys.executable, "-m", "mesobot", "run"]
    with running(command, tmp_path_factory.mktemp("watched"), **variables) as started:
        assert wait_for(f"http://127.0.0.1:{variables['MESOBOT_ACTIONS_PORT']}/health", 60)
        yield started


def places(assistant: Assistant, canary: str) -> set[str]:
    """Names of the files that hold a text, in any case; a mail counts as ``mail``."""
    folder = assistant.state.parent
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and canary.lower().encode() in path.read_bytes().lower():
            name = str(path.relative_to(folder))
            found.add("mail" if path.suffix == ".eml" else re.sub(r"-(wal|shm|journal)$", "", name))
    return found


def consult(assistant: Assistant, mark: str) -> tuple[str, list[str]]:
    """A whole consultation of a patient; the reference, and what only this patient has said."""
    canaries = [f"Quux{mark}", f"{mark}@quux.com", f"sandwich{mark}", f"umbrella{mark}"]
    name, address, question, remark = canaries
    replies = say_all(
        assistant, f"sender-{mark}", f"does it hurt more than a {question}?",
        "i want an appointment", "2", f"does it hurt? i have a {remark}", f"Ada {name}", address,
        "acne scars", "weekend", "yes", "yes",
    )  # fmt: skip
    reference = re.search(r"M-[A-Z0-9]{6}", replies[-1])
    assert reference, replies
    mails(assistant.state, reference[0], 2)
    return reference[0], [*canaries, f"sender-{mark}"]


def assert_only_in_documented_places(assistant: Assistant, canaries: list[str]) -> None:
    name, address, question, remark, sender = canaries
    for contact in (name, address):
        assert places(assistant, contact) == {CHAT, "mail"}  # sealed in the other database
    for words in (question, remark, sender):
        assert places(assistant, words) == {CHAT}


def assert_nowhere(assistant: Assistant, canaries: list[str]) -> None:
    found = {canary: places(assistant, canary) for canary in canaries}
    assert not any(found.values()), found


def test_the_staff_erase_a_request_and_nothing_is_left(
    watched: Assistant, variables: dict[str, str]
) -> None:
    reference, canaries = consult(watched, "bluepebble")
    assert_only_in_documented_places(watched, canaries)
    assert places(watched, reference) >= {REQUESTS}
    environment = {
        **os.environ,
        **variables,
        "MESOBOT_STATE": str(watched.state),
        "MESOBOT_TRACKER_DB": str(watched.state.parent / CHAT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "mesobot", "requests", "erase", reference, "--yes", "--as", "Umut"],
        cwd=paths.ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Conversations removed: 1." in done.stdout, done.stdout + done.stderr
    assert_nowhere(watched, canaries)
    assert "automated assistant" in watched.say("sender-bluepebble", "is there downtime")["text"]


def test_forget_me_leaves_nothing_of_the_conversation(watched: Assistant) -> None:
    reference, canaries = consult(watched, "greywillow")
    assert_only_in_documented_places(watched, canaries)
    asked = watched.say(
        "sender-greywillow", "please delete all my data, the umbrellagreywillow too"
    )
    assert 'answer "yes" or "no"' in asked["text"]
    done = watched.say("sender-greywillow", "yes")["text"]
    assert done.startswith("Done, I deleted this chat")
    assert reference in done
    assert_nowhere(watched, canaries)
    # What comes next is a new conversation.
    assert "automated assistant" in watched.say("sender-greywillow", "does it hurt")["text"]


def test_a_chat_without_a_request_is_forgotten_as_well(watched: Assistant) -> None:
    sender = "sender-redsquirrel"
    say_all(watched, sender, "my cat redsquirrel is scared", "forget me")
    assert "no request" in watched.say(sender, "yes please")["text"]
    assert places(watched, "redsquirrel") == set()


def test_an_open_form_is_left_and_forgotten(watched: Assistant) -> None:
    sender = "sender-whitestork"
    say_all(watched, sender, "i want an appointment", "2", "Ada Whitestork")
    asked = watched.say(sender, "no wait, delete my name again, i do not want this")["text"]
    assert "Shall I delete it all?" in asked
    assert "What is your" not in asked
    assert "deleted this chat" in watched.say(sender, "yes")["text"]
    assert places(watched, "whitestork") == set()
    restarted = watched.say(sender, "i want an appointment")["text"]
    assert "How should the clinic reach you?" in restarted


def test_what_is_known_is_read_back_in_the_chat(watched: Assistant) -> None:
    sender = "sender-violet"
    reply = watched.say(sender, "what do you know about me")["text"]
    assert "for 30 days" in reply
    assert reply.count("automated assistant") == 1
    assert "I have no request to the clinic from this chat." in reply
    say_all(watched, sender, "i want an appointment", "1", "Ada Okur", "0532 123 45 67")
    reply = watched.say(sender, "what have you stored about me so far?")["text"]
    assert "not sent yet: Ada Okur, your number ending in 67" in reply
    assert reply.count("What is it about?") == 1  # the form goes on
    *_, saved = say_all(watched, sender, "acne scars", "evenings", "yes", "yes")
    reference = re.search(r"M-[A-Z0-9]{6}", saved)
    assert reference, saved
    reply = watched.say(sender, "which data of mine do you have")["text"]
    assert f"Your request {reference[0]} of " in reply
    assert "name Ada Okur, your number ending in 67, about: Acne scars, time: Evenings" in reply
    assert "not sent yet" not in reply
    assert "05321234567" not in reply
    assert "+905321234567" not in reply


def test_only_a_plain_yes_deletes(watched: Assistant) -> None:
    sender = "sender-heather"
    say_all(watched, sender, "my word is heatherbell", "forget me")
    assert "deleted nothing" in watched.say(sender, "no, rather not")["text"]
    say_all(watched, sender, "forget me", "does it hurt?")
    assert "deleted" not in watched.say(sender, "yes")["text"]  # to another question
    assert places(watched, "heatherbell") == {CHAT}


def test_an_address_is_no_cry_for_help(watched: Assistant) -> None:
    """Three of four e-mail addresses were taken for one, and the form was lost."""
    *_, reply = say_all(
        watched, "sender-thyme", "i want an appointment", "2", "Ada", "greywillow@quux.com"
    )
    assert reply.startswith("What is it about?")


def test_the_relay_sweeps_and_no_library_greets_in_the_log(watched: Assistant) -> None:
    """At its start, too; it logs counts."""
    deadline = time.monotonic() + 20
    while not (watched.state / "retention.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    log = watched.log.read_text(encoding="utf-8")
    assert "retention" in log
    assert "alembic" not in log.lower()
