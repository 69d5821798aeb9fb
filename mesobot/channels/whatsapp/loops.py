"""A loop that takes due work from a database, and works on several things at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

import structlog

from mesobot.consultation.transactions import DatabaseUnavailableError

_LONGEST_PAUSE = 10.0
_log = structlog.get_logger()
_Work = TypeVar("_Work")


class WorkLoop(Generic[_Work]):
    """Claims and works until it is stopped; outlives whatever goes wrong.

    Args:
        name: for the log.
        claim: takes at most so many pieces of work; blocks, so it runs in a thread.
        work: does one piece.
        parallel: at once, so that one that hangs does not stop the others.
        pause: seconds between looks when nothing is due; other processes leave work, too.
    """

    def __init__(
        self,
        name: str,
        claim: Callable[[int], Sequence[_Work]],
        work: Callable[[_Work], Awaitable[None]],
        *,
        parallel: int,
        pause: float,
    ) -> None:
        self._name = name
        self._claim = claim
        self._work = work
        self._parallel = parallel
        self._pause = pause
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = False
        self._failures = 0

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            self._woken.clear()
            started = await self.step()
            room = self._parallel - len(self._running)
            if self._stopping or (started and room):
                continue
            seconds = min(_LONGEST_PAUSE, self._pause * 2 ** min(self._failures, 10))
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), seconds)

    async def step(self) -> int:
        """Begin what is due, as far as there is room; returns how many pieces."""
        room = self._parallel - len(self._running)
        if room <= 0:
            return 0
        try:
            claimed = await asyncio.to_thread(self._claim, room)
        except Exception as error:  # whatever the database does
            self._failures += 1
            if self._failures == 1:
                _log.error(f"{self._name}.unavailable", problem=words(error))
            return 0
        if self._failures:
            _log.warning(f"{self._name}.available_again", failures=self._failures)
        self._failures = 0
        for piece in claimed:
            task = asyncio.create_task(self._done(piece))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return len(claimed)

    async def finish(self, seconds: float) -> None:
        """Begin nothing more, and give what is under way so long to end."""
        self._stopping = True
        self.wake()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.wake()

    async def _done(self, piece: _Work) -> None:
        try:
            await self._work(piece)
        except Exception as error:  # its lease ends, then it is done again
            _log.error(f"{self._name}.failed", problem=words(error))


def words(error: Exception) -> str:
    """What went wrong, without anything that somebody wrote."""
    return str(error) if isinstance(error, DatabaseUnavailableError) else type(error).__name__
