"""Hands a patient's message to Rasa and brings back exactly one reply, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore, LockStore

from mesobot.channels.rest import apology
from mesobot.channels.web.answered import answered_before
from mesobot.channels.web.configuration import TURN_SECONDS
from mesobot.channels.web.conversation import Said
from mesobot.channels.web.rendering import render_reply
from mesobot.channels.web.typed_text import without_command
from mesobot.consultation.transactions import DatabaseUnavailableError
from mesobot.insight.observer import TurnObserver
from mesobot.knowledge.clinic import Clinic

_log = structlog.get_logger()
CHANNEL = "web"

Handler = Callable[[UserMessage], Awaitable[Any]]


class TurnOutput(OutputChannel):
    """Collects what the dialogue sends in one turn."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self.sent: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Name of the channel in the tracker."""
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a reply as the dialogue produced it, with its metadata."""
        self.sent.append(message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a message that an action sends as bare text."""
        self.sent.append({"text": text})


class Turns:
    """Makes the reply to a message.

    Args:
        on_new_message: Rasa's.
        clinic: for the apology and for links.
        chats_url: the database in which Rasa keeps its events.
        observer: is told of each turn.
        seconds: after which the patient is not left waiting any longer.
        locks: the turns of a conversation, in other processes too.
    """

    def __init__(
        self,
        on_new_message: Handler,
        clinic: Clinic,
        chats_url: str,
        observer: TurnObserver,
        *,
        seconds: float = TURN_SECONDS,
        locks: LockStore | None = None,
    ) -> None:
        self._on_new_message = on_new_message
        self._clinic = clinic
        self._chats_url = chats_url
        self._observer = observer
        self._seconds = seconds
        self._locks = locks or InMemoryLockStore()

    async def reply(self, sender: str, said: Said) -> dict[str, Any]:
        """The content of the one reply to a message."""
        sent = await self._answered_before(sender, said) if said.again else []
        content = render_reply(sent or await self._ask_rasa(sender, said), self._clinic)
        return content or render_reply([{"text": apology(self._clinic)}], self._clinic) or {}

    async def _ask_rasa(self, sender: str, said: Said) -> list[dict[str, Any]]:
        output = TurnOutput()
        message = UserMessage(
            without_command(said.text), output, sender, input_channel=CHANNEL, message_id=said.turn
        )
        with self._observer.turn(CHANNEL, sender) as replies:
            try:
                # A turn that hangs is given up: it would keep the next message waiting as well.
                await asyncio.wait_for(self._on_new_message(message), self._seconds)
            except Exception as error:  # whatever happens behind it, the patient gets a reply
                _log.error("web.turn_failed", error=type(error).__name__)
            replies.extend(output.sent)
        return output.sent

    async def _answered_before(self, sender: str, said: Said) -> list[dict[str, Any]]:
        try:
            async with self._locks.lock(sender):  # another process may be at it right now
                return await asyncio.to_thread(answered_before, self._chats_url, sender, said.turn)
        except (DatabaseUnavailableError, ValueError, KeyError) as error:
            _log.error("web.not_looked_up", error=type(error).__name__)
            return []
