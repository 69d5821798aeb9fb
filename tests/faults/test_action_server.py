"""F1, F12: the action server is killed, dead, stands still, hangs, or answers nonsense.

Each patient is in another state of a request; one asks something while the first call is still
waited for, and somebody else asks something meanwhile.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.faults.action_peers import FAULTS, stopped
from tests.faults.conftest import Fragile
from tests.faults.mail_peers import SmtpServer, smtp_settings
from tests.faults.relay_peers import Store, relays

IN_TIME = 10.0
SLOW = ("hanging", "dripping", "standing still")
CONTACT = "+90 543 197 43 20"
_numbers = itertools.count(1)


class Patient:
    """Somebody who talks to the assistant, and how long each reply took."""

    def __init__(self, fragile: Fragile) -> None:
        self._assistant = fragile.assistant
        self.number = next(_numbers)
        self.waits: list[float] = []

    def says(self, *texts: str) -> str:
        """The last reply."""
        for each in texts:
            began = time.monotonic()
            reply = self._assistant.say(f"fragile-{self.number}", each)["text"]
            self.waits.append(time.monotonic() - began)
        return str(reply)

    def fills_in(self) -> None:
        """Answer all that is asked, up to the last question."""
        phone = f"0532 444 77 {self.number:02}"
        last = self.says("i want to book an appointment", "1", "Zeliha", phone, "6", "any", "yes")
        assert "Shall I send it?" in last
        self.waits.clear()


def breaks(fragile: Fragile, fault: str) -> AbstractContextManager[None]:
    standing_still = fault == "standing still"
    return stopped(fragile.actions.process.pid) if standing_still else fragile.gate.broken(fault)


def at_once(*acts: Callable[[], object]) -> None:
    """What several patients do at the same time."""
    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()


@pytest.mark.parametrize("fault", [*FAULTS, "standing still"])
def test_every_message_is_answered_in_time_and_nothing_is_lost_or_doubled(
    either: Fragile, fault: str
) -> None:
    starting, sending, changing, leaving, other = (Patient(either) for _ in range(5))
    at_once(sending.fills_in, changing.fills_in, leaving.fills_in)

    def starts() -> None:
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(starting.says, "let me talk to a human")
            time.sleep(0.3)  # for it to be the first; were it not, the rest would be easier
            second = pool.submit(starting.says, "does it hurt?")
            assert "relatively painless" in other.says("does it hurt?")
            assert fault not in SLOW or not first.done(), "somebody else had to wait"
            assert CONTACT in first.result()
            assert "relatively painless" in second.result()

    def sends() -> None:
        reply = sending.says("yes")
        assert "could not make sure" in reply
        assert CONTACT in reply
        assert "Saved" not in reply
        if fault not in SLOW:
            assert CONTACT in sending.says("book")

    def changes() -> None:
        assert "What is your WhatsApp number?" in changing.says("change my number")
        assert "+905331112233" in changing.says("0533 111 22 33")

    def leaves() -> None:
        assert "no request was saved or sent" in leaving.says("cancel")

    with breaks(either, fault):
        at_once(starts, sends, changes, leaves)
    longest = max(max(each.waits) for each in (starting, sending, changing, leaving))
    print(f"{fault}: {longest:.1f} s")  # noqa: T201 - a figure, shown with -rP
    assert longest < IN_TIME
    assert re.search(r"reference (is )?M-\w{6}", sending.says("book"))
    assert "Saved. Your reference is" in changing.says("yes")
    assert "How should the clinic reach you?" in leaving.says("book please")
    assert requests_of(either, sending) == 1


def requests_of(fragile: Fragile, patient: Patient) -> int:
    query = text("select count(*) from requests where contact like :contact")
    engine = create_engine(fragile.requests)
    with engine.connect() as connection:
        found = connection.execute(query, {"contact": f"%53244477{patient.number:02}"})
        count = int(found.scalar_one())
    engine.dispose()
    return count


def test_a_request_whose_reply_was_lost_with_the_server_is_the_same_when_sent_again(
    either: Fragile, tmp_path: Path
) -> None:
    """F1: killed after the commit, before the reply."""
    patient = Patient(either)
    patient.fills_in()
    with SmtpServer() as mail, relays(tmp_path, either.requests, smtp_settings(mail.port)) as these:
        these.start()
        either.gate.before_reply = either.actions.kill
        reply = patient.says("yes")
        assert "could not make sure" in reply
        assert CONTACT in reply
        assert requests_of(either, patient) == 1
        either.actions.start()
        again = re.search(r"reference (?:is )?(M-\w{6})", patient.says("book"))
        assert again
        store = Store(either.requests)
        store.wait_until_sent(again[1], 30)
        assert these.started[0].terminate() == 0
        store.engine.dispose()
    assert requests_of(either, patient) == 1
    subjects = [message_from_bytes(one, policy=policy.default)["Subject"] for one in mail.mails]
    assert subjects.count(f"Consultation request {again[1]}") == 1
