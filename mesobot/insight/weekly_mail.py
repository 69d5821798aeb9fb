"""Sends the weekly digest when it is due; runs in the relay's process, beside the deliveries."""

from __future__ import annotations

import asyncio
import random as dice
from collections.abc import Awaitable, Callable
from email.message import EmailMessage

import structlog

from mesobot.consultation.clock import Clock
from mesobot.consultation.delivery.problems import ConfigurationProblem, DeliveryProblem
from mesobot.consultation.retrying import Retrying
from mesobot.insight.weekly import Claim, WeeklyDigests

EVERY = 300.0
"""Seconds between looks at whether one is due."""
_log = structlog.get_logger()


class WeeklyMail:
    """One mail a week.

    Args:
        weeks: whose turn it is.
        write: makes the mail of a week.
        send: hands a mail to the server.
        clock: gives the present moment.
        retrying: when to try again.
        random: gives numbers from 0 to 1.
    """

    def __init__(
        self,
        weeks: WeeklyDigests,
        write: Callable[[Claim], Awaitable[EmailMessage]],
        send: Callable[[EmailMessage], Awaitable[None]],
        clock: Clock,
        *,
        retrying: Retrying = Retrying(),  # noqa: B008 - it is frozen
        random: Callable[[], float] = dice.random,
    ) -> None:
        self._weeks = weeks
        self._write = write
        self._send = send
        self._clock = clock
        self._retrying = retrying
        self._random = random

    async def step(self) -> bool:
        """Send the digest that is due, if any; whether one went out.

        Raises:
            DatabaseUnavailableError: if it is not known whether one is due, or was noted as sent.
        """
        claim = await asyncio.to_thread(self._weeks.claim)
        if claim is None:
            return False
        problem = await self._attempt(claim)
        if problem is None:
            await asyncio.to_thread(self._weeks.sent, claim)
            _log.info("weekly digest sent", week=claim.week)
            return True
        is_ours = isinstance(problem, ConfigurationProblem)
        wait = self._retrying.wait(claim.attempts, self._random)
        due = self._clock() + (self._retrying.misconfigured if is_ours else wait)
        await asyncio.to_thread(self._weeks.retry_at, claim, due)
        _log.error("weekly digest not sent, trying again", week=claim.week, problem=str(problem))
        return False

    async def _attempt(self, claim: Claim) -> DeliveryProblem | None:
        try:
            await self._send(await self._write(claim))
        except DeliveryProblem as problem:
            return problem
        except Exception as error:  # its text may quote anything
            return DeliveryProblem(f"unexpected {type(error).__name__}")
        return None


async def keep_sending(mail: WeeklyMail, stopping: asyncio.Event, every: float = EVERY) -> None:
    """Look now and then regularly, until stopped."""
    while not stopping.is_set():
        try:
            await mail.step()
        except Exception as error:  # the relay outlives it; the next look comes
            _log.error("weekly digest not looked after", problem=type(error).__name__)
        try:
            await asyncio.wait_for(stopping.wait(), every)
        except asyncio.TimeoutError:
            continue
