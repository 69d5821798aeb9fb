"""Delivers what is in the outbox: claim, send, mark; again and again, whatever fails.

Nothing is lost when it is killed at any point: a claim ends with its lease, and a message that
was sent but not marked goes out again with the same Message-ID.
"""

from __future__ import annotations

import asyncio
import random as dice
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from mesobot.consultation.clock import Clock
from mesobot.consultation.delivery.problems import (
    ConfigurationProblem,
    DeliveryProblem,
    PermanentProblem,
    TemporaryProblem,
)
from mesobot.consultation.outbox import Delivery, DeliveryKind, DeliveryState, Outbox
from mesobot.consultation.relay_watch import ALARM_AFTER, Watch
from mesobot.consultation.retrying import Retrying
from mesobot.consultation.transactions import DatabaseUnavailableError

_SETTLES = timedelta(seconds=10)
"""After a call that broke off: by then the platform has said whether the message was accepted."""
_log = structlog.get_logger()
_T = TypeVar("_T")


class Sender(Protocol):
    """Delivers messages of one kind."""

    async def deliver(self, delivery: Delivery) -> None:
        """Return once the message was accepted, else raise a DeliveryProblem."""
        ...


@dataclass(frozen=True)
class Pace:
    """How fast the relay goes; all in seconds but ``parallel``.

    Attributes:
        parallel: deliveries at the same time, so that one that hangs does not stop the others.
        timeout: limit of one delivery. The lease must be longer by the time to mark it.
        lease: how long a claimed message is ours.
        idle: pause when nothing is due.
        look: how often the watch is told how things stand.
        longest_pause: longest pause while the database is unavailable.
        marking: pauses between attempts to mark a message.
    """

    parallel: int = 4
    timeout: float = 30.0
    lease: float = 120.0
    idle: float = 1.0
    look: float = 5.0
    longest_pause: float = 30.0
    marking: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class Relay:
    """Moves messages from the outbox to their senders.

    Args:
        outbox: where messages wait.
        senders: one for each kind that is configured; messages of other kinds wait.
        watch: is told how things stand.
        clock: gives the present moment.
        retrying: when to try again.
        pace: how fast to go.
        attempted: told of each attempt: the kind of message, and ``sent`` or the kind of problem.
        kept: kinds whose messages reach nobody, because they are caught on this machine.
        fall_back: called (again with each attempt) when a message may not arrive in time, so that
            the clinic can be told in another way.
        sleep: waits for a number of seconds.
        random: gives numbers from 0 to 1.
    """

    def __init__(
        self,
        outbox: Outbox,
        senders: Mapping[DeliveryKind, Sender],
        watch: Watch,
        clock: Clock,
        *,
        fall_back: Callable[[Delivery], object],
        kept: Collection[DeliveryKind] = (),
        attempted: Callable[[DeliveryKind, str], None] = lambda _kind, _result: None,
        retrying: Retrying = Retrying(),  # noqa: B008 - it is frozen
        pace: Pace = Pace(),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = dice.random,
    ) -> None:
        self._outbox = outbox
        self._senders = senders
        self._watch = watch
        self._clock = clock
        self._fall_back = fall_back
        self._kept = frozenset(kept)
        self._attempted = attempted
        self._retrying = retrying
        self._pace = pace
        self._sleep = sleep
        self._random = random
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._failures = 0
        self._looked_at: datetime | None = None
        self._paused: dict[DeliveryKind, tuple[datetime, str]] = {}

    def stop(self) -> None:
        """Let ``run`` end after the deliveries under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until stopped."""
        while not self._stopping.is_set():
            started = await self.step()
            if not started or len(self._running) >= self._pace.parallel:
                await self._pause()
        await self.finish()

    async def step(self) -> int:
        """Start delivering what is due, as far as there is room.

        Returns:
            How many deliveries were started.
        """
        room = self._pace.parallel - len(self._running)
        lease = timedelta(seconds=self._pace.lease)
        try:
            await self._look()
            claimed = await asyncio.to_thread(self._outbox.claim, room, lease) if room else []
        except Exception as error:  # the relay outlives whatever the database does
            self._failures += 1
            if self._failures == 1:
                _log.error("outbox unavailable, trying on", problem=_words(error))
            return 0
        if self._failures:
            _log.info("outbox available again", failures=self._failures)
        self._failures = 0
        for delivery in claimed:
            task = asyncio.create_task(self._handle(delivery))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(claimed)

    async def finish(self) -> None:
        """Wait for the deliveries under way."""
        while self._running:
            await asyncio.wait(self._running)

    async def _pause(self) -> None:
        """Wait for a while, or until a delivery ends or the relay is stopped."""
        seconds = self._pace.idle
        if self._failures:
            seconds = min(self._pace.longest_pause, seconds * 2 ** min(self._failures, 10))
        alarms = [
            asyncio.ensure_future(self._sleep(seconds)),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        # While the database is away, a delivery that ends must not bring the next try forward.
        others = set() if self._failures else self._running
        await asyncio.wait({*alarms, *others}, return_when=asyncio.FIRST_COMPLETED)
        for alarm in alarms:
            alarm.cancel()
            with suppress(asyncio.CancelledError):
                await alarm

    async def _look(self) -> None:
        now = self._clock()
        if self._looked_at is not None:
            since = (now - self._looked_at).total_seconds()
            if 0 <= since < self._pace.look:
                return
        counts = await asyncio.to_thread(self._outbox.counts)
        oldest = await asyncio.to_thread(self._outbox.oldest_undelivered)
        self._watch.report(oldest, counts[DeliveryState.WAITING], counts[DeliveryState.DEAD])
        self._looked_at = now

    async def _handle(self, delivery: Delivery) -> None:
        problem = await self._attempt(delivery)
        self._attempted(delivery.kind, _RESULTS.get(type(problem), "problem"))
        if problem is not None:
            self._watch.problem(f"{delivery.kind.value}: {problem}")
        try:
            kept = await self._until_marked(lambda: self._mark(delivery, problem))
        except Exception as error:  # its lease ends, then it is tried again
            _log.error("delivery not marked", reference=delivery.reference, problem=_words(error))
            return
        _log.info(
            "delivery" if kept else "delivery was taken over or cancelled meanwhile",
            reference=delivery.reference,
            kind=delivery.kind.value,
            problem=str(problem) if problem else None,
        )

    async def _attempt(self, delivery: Delivery) -> DeliveryProblem | None:
        kind = delivery.kind
        paused = self._paused.get(kind)
        if (
            paused is not None
            and timedelta(0) < paused[0] - self._clock() <= self._retrying.misconfigured
        ):
            return ConfigurationProblem(paused[1])
        try:
            if kind not in self._senders:
                raise ConfigurationProblem("not configured")
            await asyncio.wait_for(self._senders[kind].deliver(delivery), self._pace.timeout)
        except ConfigurationProblem as problem:
            if self._paused.get(kind) == paused:
                # The first of several that fail together speaks for all of them.
                self._paused[kind] = (self._clock() + self._retrying.misconfigured, str(problem))
                _log.error("settings must be corrected", kind=kind.value, problem=str(problem))
            return problem
        except DeliveryProblem as problem:
            return problem
        except asyncio.TimeoutError:
            return TemporaryProblem("no answer in time")
        except Exception as error:  # one bad message must not stop the others
            return TemporaryProblem(f"unexpected {type(error).__name__}")
        self._paused.pop(kind, None)
        return None

    def _mark(self, delivery: Delivery, problem: DeliveryProblem | None) -> bool:
        if problem is None:
            reached_nobody = delivery.kind in self._kept
            return self._outbox.kept(delivery) if reached_nobody else self._outbox.sent(delivery)
        now = self._clock()
        ours = isinstance(problem, ConfigurationProblem)
        lasting = isinstance(problem, PermanentProblem)
        if ours or lasting or now - delivery.created_at >= ALARM_AFTER:
            self._fall_back(delivery)
        if ours:
            wait = self._retrying.misconfigured
        elif lasting or self._retrying.exhausted(delivery, now):
            return self._outbox.give_up(delivery, str(problem))
        else:
            asked = problem.retry_after if isinstance(problem, TemporaryProblem) else None
            wait = self._retrying.wait(delivery.attempts, self._random, asked)
            if isinstance(problem, TemporaryProblem) and problem.ambiguous:
                wait = max(wait, _SETTLES)
        return self._outbox.retry_at(delivery, now + wait, str(problem))

    async def _until_marked(self, mark: Callable[[], _T]) -> _T:
        """A message that went out should not go out again because the database was busy."""
        for pause in self._pace.marking:
            try:
                return await asyncio.to_thread(mark)
            except DatabaseUnavailableError:
                await self._sleep(pause)
        return await asyncio.to_thread(mark)


_RESULTS: dict[type, str] = {
    type(None): "sent",
    TemporaryProblem: "temporary_problem",
    PermanentProblem: "permanent_problem",
    ConfigurationProblem: "settings_problem",
}


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, DatabaseUnavailableError) else type(error).__name__
