"""F12: the action server is dead, stands still, hangs, or answers nonsense, in each state.

Each patient is in another state of a request; one asks something while the first call is still
waited for, and somebody else asks something meanwhile.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from tests.faults.action_peers import FAULTS, stopped
from tests.faults.conftest import Fragile

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
        for text in texts:
            began = time.monotonic()
            reply = self._assistant.say(f"fragile-{self.number}", text)["text"]
            self.waits.append(time.monotonic() - began)
        return str(reply)

    def fills_in(self) -> None:
        """Answer all that is asked, up to the last question."""
        phone = f"0532 444 77 {self.number:02}"
        last = self.says("i want to book an appointment", "1", "Zeliha", phone, "6", "any", "yes")
        assert "Shall I send it?" in last
        self.waits.clear()


def breaks(fragile: Fragile, fault: str) -> AbstractContextManager[None]:
    return stopped(fragile.actions) if fault == "standing still" else fragile.gate.broken(fault)


def at_once(*acts: Callable[[], object]) -> None:
    """What several patients do at the same time."""
    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()


@pytest.mark.parametrize("fault", [*FAULTS, "standing still"])
def test_every_message_is_answered_in_time_and_nothing_is_lost_or_doubled(
    fragile: Fragile, fault: str
) -> None:
    starting, sending, changing, leaving, other = (Patient(fragile) for _ in range(5))
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

    with breaks(fragile, fault):
        at_once(starts, sends, changes, leaves)
    longest = max(max(each.waits) for each in (starting, sending, changing, leaving))
    print(f"{fault}: {longest:.1f} s")  # noqa: T201 - a figure, shown with -rP
    assert longest < IN_TIME
    assert re.search(r"reference (is )?M-\w{6}", sending.says("book"))
    assert "Saved. Your reference is" in changing.says("yes")
    assert "How should the clinic reach you?" in leaving.says("book please")
    assert requests_of(fragile, sending) == 1


def requests_of(fragile: Fragile, patient: Patient) -> int:
    query = "select count(*) from requests where contact like ?"
    with sqlite3.connect(fragile.assistant.state / "requests.db") as database:
        (count,) = database.execute(query, (f"%53244477{patient.number:02}",)).fetchone()
    return int(count)
