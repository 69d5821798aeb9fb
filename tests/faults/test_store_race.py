"""F14: many at once want the same message, hand in the same request, or take the same one."""

import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest

from mesobot.consultation.clock import utc_now
from mesobot.consultation.database import open_database
from mesobot.consultation.request import State, Way
from mesobot.consultation.service import WrongStateError
from tests.faults.store_processes import start
from tests.unit.consultation.requests import Store, a_request

_RACERS = 8
_Result = TypeVar("_Result")


def fill(store: Store, messages: int) -> None:
    for number in range(messages):
        store.submit(form=str(number), way=Way.WHATSAPP)


def let_race(claimants: list[subprocess.Popen[str]]) -> list[list[int]]:
    """What each got. One that ended otherwise than by finding nothing left is an error."""
    for claimant in claimants:
        assert claimant.stdout
        assert claimant.stdout.readline() == "ready\n"
    for claimant in claimants:
        assert claimant.stdin
        claimant.stdin.close()
    return [outcome(claimant) for claimant in claimants]


def outcome(claimant: subprocess.Popen[str]) -> list[int]:
    assert claimant.stdout
    output = claimant.stdout.read()
    claimant.wait()
    *ids, last = output.splitlines() or [""]
    if claimant.returncode != 0 or last != "done":
        raise CrashedError(claimant.returncode, [int(line) for line in output.split()])
    return [int(line) for line in ids]


class CrashedError(Exception):
    """A claimant crashed, with what it had claimed until then."""

    def __init__(self, exit_code: int, claimed: list[int]) -> None:
        super().__init__(exit_code, claimed)
        self.exit_code, self.claimed = exit_code, claimed


def test_each_message_is_claimed_by_one_process(database_url: str) -> None:
    engine = open_database(database_url)
    store = Store(engine, clock=utc_now)
    fill(store, 200)
    got = let_race([start("claim", database_url, "0") for _ in range(_RACERS)])
    everything = [message for ids in got for message in ids]
    print(f"{engine.dialect.name}: 200 messages claimed as {[len(ids) for ids in got]}")  # noqa: T201
    assert len(everything) == len(set(everything)) == 200
    assert sum(bool(ids) for ids in got) > 1
    assert store.outbox.claim() == []
    engine.dispose()


def test_a_claimant_that_crashes_is_noticed_and_what_it_held_is_claimed_again(
    database_url: str,
) -> None:
    engine = open_database(database_url)
    store = Store(engine, clock=utc_now)
    fill(store, 40)
    with pytest.raises(CrashedError) as crash:
        let_race([start("claim", database_url, "3")])
    lost = crash.value
    assert lost.exit_code == -signal.SIGKILL
    assert len(lost.claimed) == 3
    got = let_race([start("claim", database_url, "0") for _ in range(3)])
    claimed = [message for ids in got for message in ids]
    assert len(claimed) == len(set(claimed)) == 37
    assert not {*claimed} & {*lost.claimed}
    later = Store(engine, clock=lambda: utc_now() + timedelta(seconds=121))
    again = later.outbox.claim(limit=99)
    assert {*lost.claimed} <= {delivery.id for delivery in again}
    assert {delivery.attempts for delivery in again} == {1}
    engine.dispose()


def all_at_once(database_url: str, what: Callable[[Store, int], _Result]) -> list[_Result]:
    """What each of them gets, with a connection of its own."""
    barrier = Barrier(_RACERS)

    def run(number: int) -> _Result:
        store = Store(open_database(database_url))
        with store.engine.connect():  # connected before the start
            pass
        barrier.wait(timeout=30)
        result = what(store, number)
        store.engine.dispose()
        return result

    with ThreadPoolExecutor(_RACERS) as pool:
        return list(pool.map(run, range(_RACERS)))


def test_the_same_request_from_many_at_once_is_one(database_url: str) -> None:
    for form in map(str, range(10)):
        receipts = all_at_once(
            database_url,
            lambda store, _, form=form: store.service.submit(a_request(form=form)),  # type: ignore[misc]
        )
        assert len({receipt.reference for receipt in receipts}) == 1
        assert [receipt.repeated for receipt in receipts].count(False) == 1
    store = Store(open_database(database_url))
    assert len(store.service.list()) == 10
    store.engine.dispose()


def test_different_requests_from_many_at_once_are_all_saved(database_url: str) -> None:
    def submit_ten(store: Store, number: int) -> list[str]:
        return [store.submit(form=f"{number}-{form}") for form in range(10)]

    references = {reference for got in all_at_once(database_url, submit_ten) for reference in got}
    assert len(references) == 10 * _RACERS


def test_one_of_many_members_of_staff_gets_a_request(database_url: str) -> None:
    store = Store(open_database(database_url))
    reference = store.submit()

    def take(own: Store, number: int) -> str | None:
        with suppress(WrongStateError):
            return own.service.claim(reference, f"staff {number}").claimed_by
        return None

    winners = [name for name in all_at_once(database_url, take) if name]
    stored = store.service.find(reference)
    assert stored is not None
    assert (stored.state, [stored.claimed_by]) == (State.CLAIMED, winners)
    store.engine.dispose()


def test_erasing_while_messages_are_marked_neither_blocks_nor_sends_more(database_url: str) -> None:
    store = Store(open_database(database_url))
    references = [store.submit(form=str(number)) for number in range(40)]

    def work(own: Store, number: int) -> None:
        if number % 2:
            own.deliver_or_lose()
        else:
            for reference in references[number // 2 :: _RACERS // 2]:
                own.privacy.erase(reference, "Deniz")

    all_at_once(database_url, work)
    assert {request.state for request in store.service.list()} == {State.ERASED}
    assert store.outbox.claim() == []
    store.engine.dispose()
