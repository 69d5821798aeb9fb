"""Replies to patients when the Graph API throttles, fails, refuses, hangs, and loses connections."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mesobot.running import free_port, rasa_command
from tests.faults.waiting import wait_until
from tests.graph import payloads
from tests.graph.payloads import Json, Person
from tests.graph.peer import GraphPeer, graph_peer
from tests.graph.settings import TEST
from tests.scenarios.conftest import Assistant, running
from tests.whatsapp import hurried
from tests.whatsapp.phones import QUICK, Phones, somebody

QUESTION = "does it hurt?"
PAIR_SECONDS = 2


@dataclass
class Clinic:
    """An assistant in a hurry, and the platform that fails it."""

    assistant: Assistant
    graph: GraphPeer

    def asks(self, *people: Person) -> None:
        for person in people:
            self.graph.receive(payloads.text(person, QUESTION))

    def answers(self, person: Person, seconds: float = 15) -> list[Json]:
        """What somebody got, once there is something."""
        return self.graph.wait_for(person.user_id, 1, seconds)

    def calls_to(self, *people: Person) -> list[Json]:
        """Calls with messages, oldest first."""
        numbers = [person.phone for person in people]
        return [call for call in self.graph.calls() if call["to"] in numbers]

    def states(self) -> list[tuple[str, bool]]:
        """Of all replies, oldest first: the state, and whether the text is still kept."""
        query = "select state, content is not null from whatsapp_replies order by id"
        with sqlite3.connect(self.assistant.state / "requests.db") as database:
            return database.execute(query).fetchall()

    def printed(self) -> str:
        return self.assistant.log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    folder, port = tmp_path_factory.mktemp("faults"), free_port()
    command = [sys.executable, "-m", "tests.whatsapp.hurried"]
    command += rasa_command(port)[3:]  # the same without "python -m mesobot.launch"
    settings = {
        "MESOBOT_PORT": str(port),
        "MESOBOT_WHATSAPP_PAIR_SECONDS": str(PAIR_SECONDS),
        **QUICK,
    }
    with (
        graph_peer(tmp_path_factory.mktemp("graph")) as graph,
        running(command, folder, "/webhooks/whatsapp/", **settings, **graph.environment()) as ready,
    ):
        assert graph.subscribe(f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook")
        clinic = Clinic(ready, graph)
        Phones(graph).say(somebody(), QUESTION)  # the first answer loads everything
        yield clinic
    words = [QUESTION, "9053", "Traceback", *(TEST[f"MESOBOT_WHATSAPP_{n}"] for n in SECRETS)]
    assert [word for word in words if word in clinic.printed()] == []


SECRETS = ("TOKEN", "APP_SECRET", "VERIFY_TOKEN")


@pytest.fixture
def clinic(started: Clinic) -> Iterator[Clinic]:
    yield started
    started.graph.calm()


def outcomes(calls: list[Json]) -> list[object]:
    return [call["outcome"] for call in calls]


def test_a_pause_that_is_asked_for_is_kept_by_all(clinic: Clinic) -> None:
    ada, eve = somebody(), somebody()
    clinic.graph.throw(code=130429, retry_after=3)
    clinic.asks(ada)
    wait_until(lambda: clinic.calls_to(ada))
    clinic.asks(eve)
    clinic.answers(ada)
    clinic.answers(eve)
    refused, *accepted = clinic.calls_to(ada, eve)
    assert outcomes(accepted) == ["accepted", "accepted"]
    assert min(call["at"] for call in accepted) - refused["at"] >= 2.95


def test_too_much_for_one_patient_keeps_nobody_else_waiting(clinic: Clinic) -> None:
    ada, eve = somebody(), somebody()
    clinic.graph.throw(code=131056, to=ada.phone)
    clinic.asks(ada)
    wait_until(lambda: clinic.calls_to(ada))
    clinic.asks(eve)
    clinic.answers(ada)
    refused, accepted = clinic.calls_to(ada)
    assert accepted["at"] - refused["at"] >= PAIR_SECONDS - 0.05
    (to_eve,) = clinic.calls_to(eve)
    assert to_eve["at"] < accepted["at"]


@pytest.mark.parametrize("kind", ["500", "garbage", "reset"])
def test_what_passes_is_tried_again(clinic: Clinic, kind: str) -> None:
    ada = somebody()
    clinic.graph.throw(kind, times=2)
    clinic.asks(ada)
    assert len(clinic.answers(ada)) == 1
    assert outcomes(clinic.calls_to(ada)) == [kind, kind, "accepted"]


def test_a_refused_token_is_said_once_and_not_tried_in_a_hot_loop(clinic: Clinic) -> None:
    people = [somebody() for _ in range(5)]
    before = clinic.printed().count("settings_must_be_corrected")
    clinic.graph.throw(code=190, times=1000)
    clinic.asks(*people)
    wait_until(lambda: clinic.calls_to(*people))
    time.sleep(2 * hurried.MISCONFIGURED_SECONDS)
    # All five may be under way when the first is refused; after each pause one tells as much.
    first = min(call["at"] for call in clinic.calls_to(*people))
    begun = [call for call in clinic.calls_to(*people) if call["at"] < first + 1]
    assert len(clinic.calls_to(*people)) - len(begun) <= 2
    assert 1 <= clinic.printed().count("settings_must_be_corrected") - before <= 3
    clinic.graph.calm()
    for person in people:
        assert len(clinic.answers(person)) == 1


def test_a_call_that_hangs_keeps_nobody_waiting(clinic: Clinic) -> None:
    ada, eve = somebody(), somebody()
    clinic.graph.throw("hang", seconds=60, to=ada.phone)
    clinic.asks(ada)
    wait_until(lambda: clinic.calls_to(ada))
    begin = time.monotonic()
    clinic.asks(eve)
    clinic.answers(eve)
    assert time.monotonic() - begin < hurried.CALL_SECONDS + 3
    assert len(clinic.answers(ada)) == 1
    assert outcomes(clinic.calls_to(ada)) == ["hang", "accepted"]


def test_a_message_that_went_out_when_the_line_broke_is_not_sent_again(clinic: Clinic) -> None:
    ada = somebody()
    clinic.graph.throw("lost")
    clinic.asks(ada)
    clinic.answers(ada)
    time.sleep(2 * hurried.SETTLES_SECONDS)
    assert len(clinic.answers(ada)) == 1


def test_a_closed_window_is_not_tried_again_and_left_to_staff(clinic: Clinic) -> None:
    ada = somebody()
    clinic.graph.throw(code=131047)
    clinic.asks(ada)
    wait_until(lambda: clinic.states()[-1] == ("review", True))
    assert "whatsapp.window_closed" in clinic.printed()
    clinic.asks(ada)
    assert len(clinic.answers(ada)) == 1


@pytest.mark.parametrize("kind", ["error", "failed"])
def test_who_cannot_be_reached_is_given_up(clinic: Clinic, kind: str) -> None:
    ada = somebody()
    clinic.graph.throw(kind, code=131026)
    clinic.asks(ada)
    wait_until(lambda: clinic.states()[-1] == ("failed", False))
    time.sleep(1)
    assert len(clinic.calls_to(ada)) == 1


def test_statuses_reach_the_replies(clinic: Clinic) -> None:
    ada = somebody()
    clinic.asks(ada)
    (sent,) = clinic.answers(ada)
    wait_until(lambda: clinic.states()[-1] == ("delivered", False))
    clinic.graph.receive(payloads.status(ada, sent["id"], "read"))
    wait_until(lambda: clinic.states()[-1] == ("read", False))
