"""F17: the lock of a conversation with a real Redis that is flushed, restarted, away or hangs."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

from deploy.rehearsal.redis_server import RedisServer
from mesobot.chats.steady_lock import LIFE, PATIENCE, open_store


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """What was logged: printed, or by way of `logging` once Rasa has run in this process."""
    return lambda: "".join([*capsys.readouterr(), caplog.text])


async def turns(stores: list, each: int = 5, pause: float = 0.02) -> tuple[int, int]:
    """Turns of one conversation in several processes; (most at the same time, all of them)."""
    under_way, most, done = 0, 0, 0

    async def turn(store) -> None:
        nonlocal under_way, most, done
        async with store.lock("web:a"):
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(pause)
            under_way -= 1
            done += 1

    await asyncio.gather(*(turn(store) for store in stores for _ in range(each)))
    return most, done


def test_two_processes_take_turns(redis: RedisServer) -> None:
    async def run() -> tuple[int, int]:
        return await turns([open_store(redis.url), open_store(redis.url)])

    assert asyncio.run(run()) == (1, 10)


def test_without_a_redis_one_process_keeps_its_order() -> None:
    async def run() -> tuple[int, int]:
        return await turns([open_store("")])

    assert asyncio.run(run()) == (1, 5)


def test_another_conversation_does_not_wait(redis: RedisServer) -> None:
    async def run() -> None:
        store = open_store(redis.url)
        async with store.lock("web:a"):
            await asyncio.wait_for(_once(store, "web:b"), 1)

    asyncio.run(run())


def test_a_long_turn_keeps_its_lock(redis: RedisServer) -> None:
    async def run() -> tuple[int, int]:
        stores = [open_store(redis.url, life=0.4) for _ in range(2)]
        return await turns(stores, each=1, pause=1.5)

    assert asyncio.run(run()) == (1, 2)


def test_a_killed_process_delays_for_the_life_of_a_lock_at_most(redis: RedisServer) -> None:
    async def run() -> float:
        killed = open_store(redis.url)
        await killed._take("web:a")  # and nobody renews or releases it
        began = time.monotonic()
        await _once(open_store(redis.url), "web:a")
        return time.monotonic() - began

    assert LIFE / 2 < asyncio.run(run()) < LIFE + 1


def test_connections_of_before_a_restart_are_no_outage(
    redis: RedisServer, log: Callable[[], str]
) -> None:
    """Each of them broke a turn's lock of its own, and meant five seconds without, minutes later."""

    async def run() -> None:
        store = open_store(redis.url)
        async with contextlib.AsyncExitStack() as stack:
            for number in range(5):  # as many connections at once
                await stack.enter_async_context(store.lock(f"web:{number}"))
            await asyncio.gather(*(_once(store, f"web:other-{number}") for number in range(5)))
        with redis.away():
            pass
        for number in range(12):
            await _once(store, f"web:{number}")
            assert store._away_until == 0.0

    asyncio.run(run())
    assert "Redis away" not in log()


def test_turns_that_wait_together_for_a_redis_that_hangs_raise_one_alarm(
    redis: RedisServer, log: Callable[[], str]
) -> None:
    async def run() -> None:
        store = open_store(redis.url)
        with redis.standing_still():
            await asyncio.gather(*(_once(store, f"web:{number}") for number in range(5)))

    asyncio.run(run())
    assert log().count("Redis away") == 1


@pytest.mark.parametrize("fault", ["flushed", "away", "hanging"])
def test_a_fault_during_a_turn_loses_no_turn(redis: RedisServer, fault: str) -> None:
    def broken() -> AbstractContextManager[None]:
        if fault == "flushed":
            redis.flush()
        return {"away": redis.away, "hanging": redis.standing_still}.get(fault, nullcontext)()

    async def run() -> list[float]:
        store = open_store(redis.url)
        waits = []
        async with store.lock("web:a"):
            gone = broken()
            gone.__enter__()
        for _ in range(3):
            began = time.monotonic()
            await _once(store, "web:a")
            waits.append(time.monotonic() - began)
        gone.__exit__(None, None, None)
        store._away_until = 0.0
        await _once(store, "web:a")
        assert store._away_until == 0.0, "it does not use the Redis that is back"
        return waits

    # The lock of the turn in which it began may have to run out; then nobody waits again.
    first, *later = asyncio.run(run())
    assert first < max(LIFE, 2 * PATIENCE) + 1
    assert max(later) < PATIENCE + 0.5


async def _once(store, conversation: str) -> None:
    async with store.lock(conversation):
        pass
