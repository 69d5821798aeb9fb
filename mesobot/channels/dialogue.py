"""Hands a patient's message to Rasa and brings back what is said to it, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore, LockStore

from mesobot.channels.answered import answered_before
from mesobot.channels.apology import apology
from mesobot.channels.typed_text import without_command
from mesobot.consultation.request import Way
from mesobot.consultation.transactions import DatabaseUnavailableError
from mesobot.dialogue.keys import LINE
from mesobot.insight.observer import TurnObserver
from mesobot.knowledge.clinic import Clinic

TURN_SECONDS = 8.0
"""After that long the patient gets an apology with the clinic's contacts."""
Handler = Callable[[UserMessage], Awaitable[Any]]
_log = structlog.get_logger()


class TurnOutput(OutputChannel):
    """Collects what the dialogue sends in one turn."""

    def __init__(self, channel: str) -> None:
        """Nothing was sent yet."""
        self.sent: list[dict[str, Any]] = []
        self._channel = channel

    def name(self) -> str:  # type: ignore[override]
        """Name of the channel in the tracker."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a reply as the dialogue produced it, with its metadata."""
        self.sent.append(message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a message that an action sends as bare text."""
        self.sent.append({"text": text})


class Dialogue:
    """Makes the reply to a message.

    Args:
        channel: name in the tracker.
        on_new_message: Rasa's.
        clinic: for the apology.
        chats_url: the database in which Rasa keeps its events.
        observer: measures turns.
        seconds: after which the patient is not left waiting any longer.
        locks: of conversations, where several processes may be at one.
    """

    def __init__(
        self,
        channel: str,
        on_new_message: Handler,
        clinic: Clinic,
        chats_url: str,
        observer: TurnObserver,
        *,
        seconds: float = TURN_SECONDS,
        locks: LockStore | None = None,
    ) -> None:
        self._channel = channel
        self._on_new_message = on_new_message
        self._clinic = clinic
        self._chats_url = chats_url
        self._observer = observer
        self._seconds = seconds
        self._locks = locks or InMemoryLockStore()

    async def answer(
        self, sender: str, text: str, turn: str, again: bool, line: str | None = None
    ) -> list[dict[str, Any]]:
        """What is said to a message; at least one text.

        Args:
            sender: whose conversation.
            text: as it was typed.
            turn: id of the message.
            again: whether it may have been answered before the server stopped.
            line: on WhatsApp, the number that it was written to, where that is known.
        """
        sent = await self._answered_before(sender, turn) if again else []
        sent = sent or await self._ask_rasa(sender, text, turn, line)
        if any(str(each.get("text") or "").strip() for each in sent):
            return sent
        own = self._channel == Way.WHATSAPP.value and self._clinic.is_reached_on(line)
        return [{"text": apology(self._clinic, same_chat=own)}]

    async def _ask_rasa(
        self, sender: str, text: str, turn: str, line: str | None
    ) -> list[dict[str, Any]]:
        output = TurnOutput(self._channel)
        message = UserMessage(
            without_command(text),
            output,
            sender,
            input_channel=self._channel,
            message_id=turn,
            metadata={LINE: line} if line else None,
        )
        with self._observer.turn(self._channel, sender) as replies:
            try:
                # A turn that hangs is given up: it would keep the next message waiting as well.
                await asyncio.wait_for(self._on_new_message(message), self._seconds)
            except Exception as error:  # whatever happens behind it, the patient gets a reply
                _log.error("turn_failed", channel=self._channel, error=type(error).__name__)
            replies.extend(output.sent)
        return output.sent

    async def _answered_before(self, sender: str, turn: str) -> list[dict[str, Any]]:
        try:
            async with self._locks.lock(sender):  # another process may be at it right now
                return await asyncio.to_thread(answered_before, self._chats_url, sender, turn)
        except (DatabaseUnavailableError, ValueError, KeyError) as error:
            _log.error("not_looked_up", channel=self._channel, error=type(error).__name__)
            return []
