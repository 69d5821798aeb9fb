"""Rasa processes that share the website's chat tell and ask each other through a real Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.rehearsal.redis_server import RedisServer
from mesobot.channels.web.neighbours import Neighbours

pytestmark = pytest.mark.asyncio
AT_MOST = 1.0
"""Seconds; a reload is shown after that, whatever is wrong."""


class Process:
    """A Rasa process: what it heard, and what it had to write, which takes it some seconds."""

    def __init__(self, redis: RedisServer, writes_for: float = 0.0) -> None:
        self.neighbours = Neighbours(redis.url, pause=0.1)
        self.heard: list[str] = []
        self.written: list[str] = []
        self._writes_for = writes_for

    async def hear(self, session: str) -> None:
        self.heard.append(session)

    async def write(self, session: str) -> None:
        await asyncio.sleep(self._writes_for)
        self.written.append(session)


@asynccontextmanager
async def started(*processes: Process) -> AsyncIterator[None]:
    for process in processes:
        process.neighbours.start(process.hear, process.write)
    try:
        for process in processes:  # until it is heard by all others, and hears itself
            while not all(process is each or "hello" in each.heard for each in processes):
                process.neighbours.tell("hello")
                await asyncio.sleep(0.05)
        yield
    finally:
        for process in processes:
            process.neighbours.stop()


async def seconds_to_ask(process: Process) -> float:
    began = time.monotonic()
    await process.neighbours.ask("a")
    return time.monotonic() - began


async def test_all_others_have_written_before_a_session_is_shown(redis: RedisServer) -> None:
    asking, quick, slow = Process(redis), Process(redis), Process(redis, writes_for=0.1)
    async with started(asking, quick, slow):
        taken = await seconds_to_ask(asking)
        assert (quick.written, slow.written, asking.written) == (["a"], ["a"], [])
        assert 0.1 <= taken < AT_MOST


async def test_who_writes_for_long_is_not_waited_for(redis: RedisServer) -> None:
    asking, hanging = Process(redis), Process(redis, writes_for=60)
    async with started(asking, hanging):
        assert await seconds_to_ask(asking) < AT_MOST
        asking.neighbours.tell("b")  # and it hears what is said meanwhile
        deadline = time.monotonic() + 5
        while "b" not in hanging.heard:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)


async def test_two_that_ask_each_other_both_go_on(redis: RedisServer) -> None:
    processes = Process(redis), Process(redis)
    async with started(*processes):
        taken = await asyncio.gather(*map(seconds_to_ask, processes))
        assert max(taken) < AT_MOST
        assert [process.written for process in processes] == [["a"], ["a"]]


async def test_a_redis_that_hangs_or_is_away_delays_a_reload_for_a_moment(
    redis: RedisServer,
) -> None:
    asking, other = Process(redis), Process(redis)
    async with started(asking, other):
        with redis.standing_still():
            assert await seconds_to_ask(asking) < AT_MOST
        with redis.away():
            assert await seconds_to_ask(asking) < AT_MOST


async def test_without_a_redis_nobody_is_asked() -> None:
    alone = Neighbours()
    await alone.ask("a")
    assert not alone.exist
