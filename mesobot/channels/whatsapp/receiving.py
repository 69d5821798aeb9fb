"""Takes what the platform delivers: keeps it, and only then says so.

Whoever floods is limited before anything is kept: beyond a pace that no person types at, messages
are acknowledged and left out, and the patient is told once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from mesobot.channels.limits import Buckets
from mesobot.channels.whatsapp.answering import TOO_FAST
from mesobot.channels.whatsapp.configuration import LARGEST_BODY, ChannelSettings
from mesobot.channels.whatsapp.events import Events, Status, read_events
from mesobot.channels.whatsapp.signature import is_genuine
from mesobot.chats.whatsapp.inbox import Inbox
from mesobot.chats.whatsapp.outgoing import Outgoing
from mesobot.chats.whatsapp.people import People
from mesobot.chats.whatsapp.tables import ReplyState
from mesobot.chats.whatsapp.turns import Incoming
from mesobot.consultation.clock import Clock
from mesobot.consultation.delivery.graph import reported_problem
from mesobot.consultation.delivery.problems import DeliveryProblem
from mesobot.consultation.transactions import DatabaseUnavailableError

_READ = 1000
"""Characters of a text that are looked at here; the assistant reads no more of it."""
OK, FORGED, TOO_LARGE, TRY_AGAIN = 200, 401, 413, 503
_log = structlog.get_logger()

Told = Callable[[str, str, DeliveryProblem | None], bool]
"""Notes what became of a notification of staff: its token, how far it got, and the problem."""


class Receiving:
    """Answers webhook calls.

    Args:
        settings: secrets and limits.
        inbox: keeps messages.
        outgoing: learns what became of replies.
        people: learns of new numbers, and of chats that staff have taken.
        told: learns what became of notifications of staff.
        clock: gives the present moment.
        is_urgent: whether a text has a danger sign, and must not wait for more texts.
        wake: called when something waits for an answer.
    """

    def __init__(
        self,
        settings: ChannelSettings,
        *,
        inbox: Inbox,
        outgoing: Outgoing,
        people: People,
        told: Told,
        clock: Clock,
        is_urgent: Callable[[str], bool],
        wake: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._outgoing = outgoing
        self._people = people
        self._told = told
        self._clock = clock
        self._is_urgent = is_urgent
        self._wake = wake
        self._heard = Buckets(settings.heard_pace)
        self._warned: set[str] = set()
        # One thread: writers in one process would only wait for each other.
        self._thread = ThreadPoolExecutor(1, "whatsapp-inbox")

    async def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status that a call is answered with.

        Args:
            headers: of the call, with names in lower case.
            body: as it came over the wire.
        """
        if len(body) > LARGEST_BODY:
            return TOO_LARGE
        if not is_genuine(self._settings, headers, body):
            _log.warning("whatsapp.not_genuine")
            return FORGED
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            _log.error("whatsapp.not_json")  # and no better when it is delivered again
            return OK
        events = read_events(content, self._settings.account.phone_number_id, self._clock())
        if events.foreign:
            _log.info("whatsapp.not_ours", changes=events.foreign)
        messages = self._paced(events.messages)
        if not (messages or events.statuses or events.echoes or events.changes):
            return OK
        loop = asyncio.get_running_loop()
        try:
            waiting = await loop.run_in_executor(self._thread, self._keep, messages, events)
        except DatabaseUnavailableError as error:
            _log.error("whatsapp.not_kept", problem=str(error))
            return TRY_AGAIN
        if waiting:
            self._wake()
        return OK

    def tidy(self) -> None:
        """Free memory of people who have been quiet."""
        self._heard.forget_full()
        self._warned.clear()

    def close(self) -> None:
        """End the thread after what it is doing."""
        self._thread.shutdown(wait=False)

    def _paced(self, messages: Sequence[Incoming]) -> list[Incoming]:
        """The messages without those that come too fast; the first of these stands for them."""
        kept = []
        for message in messages:
            name = message.address.user or message.address.phone or ""
            if not self._heard.of(name).take():
                kept.append(message)
            elif name not in self._warned:
                self._warned.add(name)
                _log.warning("whatsapp.too_fast")
                kept.append(
                    replace(message, content={**_line(message), "id": message.id, "kind": TOO_FAST})
                )
        return kept

    def _keep(self, messages: Sequence[Incoming], events: Events) -> int:
        for change in events.changes:
            self._people.move(change.old, change.new)
        looked_at = [
            replace(each, urgent=self._is_urgent(_typed(each)[:_READ])) for each in messages
        ]
        waiting = self._inbox.receive(looked_at) if looked_at else 0
        now = self._clock()
        for identifier, address in events.echoes:
            if not self._outgoing.is_ours(identifier):
                self._people.mute(address, now + self._settings.mute)
        for status in events.statuses:
            self._note(status, now)
        return waiting

    def _note(self, status: Status, now: datetime) -> None:
        state = ReplyState(status.state)
        problem = reported_problem(status.errors, now) if state is ReplyState.FAILED else None
        if problem:
            _log.error("whatsapp.not_delivered", problem=str(problem))
        if status.token and self._told(status.token, status.state, problem):
            return
        self._outgoing.report(status.token, status.id, state, str(problem) if problem else None)


def _typed(message: Incoming) -> str:
    return str((message.content or {}).get("text", ""))


def _line(message: Incoming) -> dict[str, Any]:
    """The number that a message was written to, if that is known."""
    content = message.content or {}
    return {"line": content["line"]} if "line" in content else {}
