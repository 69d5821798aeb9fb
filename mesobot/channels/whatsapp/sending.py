"""Sends the replies that wait, as fast as the platform allows and no faster.

Each kind of failure has its own answer: too many to one person, and that person's messages wait;
too many altogether, and all wait; settings that somebody must correct, and one is tried now and then
while the others wait (``pausing.py``); a patient who has not written for a day gets no free text; the rest is tried again,
or given up where that is hopeless.
"""

from __future__ import annotations

import asyncio
import random as dice
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from mesobot.channels.limits import Bucket, Buckets
from mesobot.channels.whatsapp.configuration import WINDOW, ChannelSettings
from mesobot.channels.whatsapp.pausing import Pauses
from mesobot.chats.whatsapp.outgoing import Outgoing, Reply
from mesobot.chats.whatsapp.people import Address
from mesobot.chats.whatsapp.tables import ReplyState
from mesobot.consultation.clock import Clock
from mesobot.consultation.delivery.graph import CALLBACK, PAIR_LIMIT, THROTTLED, WINDOW_CLOSED
from mesobot.consultation.delivery.problems import (
    ConfigurationProblem,
    DeliveryProblem,
    PermanentProblem,
    TemporaryProblem,
)
from mesobot.consultation.retrying import Retrying

LEASE = timedelta(seconds=45)
"""Longer than a call may take, with the wait for its turn."""
RETRYING = Retrying(
    base=timedelta(seconds=2),
    longest=timedelta(minutes=5),
    misconfigured=timedelta(minutes=1),
)
_SETTLES = timedelta(seconds=10)
"""After a call that broke off: by then a status says whether the message went out."""
_READ_SECONDS = 5.0
_TOO_MANY = 429
_log = structlog.get_logger()


class Client(Protocol):
    """Has messages accepted by the platform (``GraphClient``)."""

    async def send(self, message: Mapping[str, Any]) -> str:
        """Return the platform's id of the message, else raise a DeliveryProblem."""
        ...

    async def tell(self, notice: Mapping[str, Any]) -> None:
        """Return once what is no message was accepted, else raise a DeliveryProblem."""
        ...


class Sending:
    """Sends one claimed reply at a time; many may be under way.

    Args:
        outgoing: where replies wait.
        client: calls the platform.
        settings: the platform's limits, and the template for who has not written for a day.
        clock: gives the present moment.
        random: gives numbers from 0 to 1.
    """

    def __init__(
        self,
        outgoing: Outgoing,
        client: Client,
        settings: ChannelSettings,
        clock: Clock,
        random: Callable[[], float] = dice.random,
    ) -> None:
        self._outgoing = outgoing
        self._client = client
        self._settings = settings
        self._clock = clock
        self._random = random
        self._pairs = Buckets(settings.pair_pace)
        self._all = Bucket(settings.pace)
        self._pauses = Pauses(clock)
        self._telling: set[asyncio.Task[None]] = set()

    async def deliver(self, reply: Reply) -> None:
        """Send a reply and note what became of it.

        Raises:
            DatabaseUnavailableError: if that could not be noted; its lease ends then.
        """
        now = self._clock()
        if now - reply.heard_at >= WINDOW:
            await self._window_closed(reply)
            return
        wait = self._pairs.of(reply.person).wait()
        due = max(now + timedelta(seconds=wait), self._pauses.opens_at(now))
        if due > now:
            await asyncio.to_thread(self._outgoing.untouched, reply, due)
            return
        goes_first = self._pauses.enter()
        try:
            await self._send(reply)
        finally:
            if goes_first:
                self._pauses.leave()

    async def _send(self, reply: Reply) -> None:
        self._pairs.of(reply.person).take()
        while seconds := self._all.take():
            await asyncio.sleep(seconds)
        try:
            body = {**addressed(reply.body, reply.address), CALLBACK: reply.token}
            identifier = await self._client.send(body)
        except DeliveryProblem as problem:
            await self._failed(reply, problem)
            return
        self._pauses.end()
        await asyncio.to_thread(self._outgoing.sent, reply, identifier)

    async def send_unkept(self, address: Address, body: Mapping[str, Any]) -> bool:
        """Send what must not be kept: the reply to "forget me". Tried a few times, then let go."""
        for attempt in range(3):
            try:
                await self._client.send(addressed(body, address))
            except (PermanentProblem, ConfigurationProblem):
                return False
            except DeliveryProblem as problem:
                if isinstance(problem, TemporaryProblem) and problem.ambiguous:
                    return False  # twice is worse than never: it is said by deeds
                await asyncio.sleep(2.0**attempt)
            else:
                return True
        return False

    def show_read(self, provider_id: str) -> None:
        """Begin to show that a message was read, and that an answer is being written.

        Nothing waits for it, and nothing is lost when it does not work.
        """
        if self._pauses.is_open:
            task = asyncio.ensure_future(self._tell_read(provider_id))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell_read(self, provider_id: str) -> None:
        notice = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": provider_id,
            "typing_indicator": {"type": "text"},
        }
        with suppress(DeliveryProblem, asyncio.TimeoutError):
            await asyncio.wait_for(self._client.tell(notice), _READ_SECONDS)

    def tidy(self) -> None:
        """Free memory of people who were not written to lately."""
        self._pairs.forget_full()

    async def _failed(self, reply: Reply, problem: DeliveryProblem) -> None:
        now = self._clock()
        if problem.code == WINDOW_CLOSED:
            await self._window_closed(reply)
        elif isinstance(problem, PermanentProblem):
            self._pauses.end()
            _log.error("whatsapp.not_deliverable", problem=str(problem))
            await asyncio.to_thread(self._outgoing.give_up, reply, ReplyState.FAILED, str(problem))
        else:
            wait = self._wait(reply, problem)
            if _concerns_all(problem):
                self._pause(now + wait, problem)
            await asyncio.to_thread(self._outgoing.retry_at, reply, now + wait, str(problem))

    def _wait(self, reply: Reply, problem: DeliveryProblem) -> timedelta:
        if isinstance(problem, ConfigurationProblem):
            return RETRYING.misconfigured
        asked = problem.retry_after if isinstance(problem, TemporaryProblem) else None
        attempts = self._pauses.in_a_row if _concerns_all(problem) else reply.attempts
        wait = RETRYING.wait(attempts, self._random, asked)
        if isinstance(problem, TemporaryProblem) and problem.ambiguous:
            return max(wait, _SETTLES)
        if problem.code == PAIR_LIMIT:
            return max(wait, timedelta(minutes=1) / self._settings.pair_pace.a_minute)
        return wait

    def _pause(self, until: datetime, problem: DeliveryProblem) -> None:
        ours = isinstance(problem, ConfigurationProblem)
        if self._pauses.begin(until, refused=ours):
            said = "whatsapp.settings_must_be_corrected" if ours else "whatsapp.throttled"
            (_log.error if ours else _log.warning)(said, problem=str(problem))

    async def _window_closed(self, reply: Reply) -> None:
        """Free text would be refused: a template asks the patient to write, or staff do."""
        state = ReplyState.HELD if self._settings.reopen else ReplyState.REVIEW
        problem = f"error {WINDOW_CLOSED}"
        noted = await asyncio.to_thread(self._outgoing.give_up, reply, state, problem)
        _log.warning("whatsapp.window_closed", state=state.value)
        if (
            noted
            and self._settings.reopen
            and not await asyncio.to_thread(self._outgoing.was_asked, reply)
        ):
            name, language = self._settings.reopen, {"code": self._settings.language}
            template = {"type": "template", "template": {"name": name, "language": language}}
            await self.send_unkept(reply.address, template)


def addressed(body: Mapping[str, Any], address: Address) -> dict[str, Any]:
    """A message with whom it is for; who hides the number is reached by the platform's id."""
    to = {"to": address.phone} if address.phone else {"recipient": address.user}
    return {"messaging_product": "whatsapp", "recipient_type": "individual", **to, **body}


def _concerns_all(problem: DeliveryProblem) -> bool:
    throttled = problem.code in THROTTLED or str(problem) == str(_TOO_MANY)
    return throttled or isinstance(problem, ConfigurationProblem)
