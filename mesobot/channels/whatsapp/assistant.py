"""Rasa, as this channel needs it: what is said to a message, and a look without saying anything."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any, Protocol

import structlog
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from mesobot.channels.dialogue import TURN_SECONDS, Dialogue
from mesobot.channels.typed_text import without_command
from mesobot.dialogue.conversation import UTTER, asked_to_confirm
from mesobot.dialogue.keys import LINE
from mesobot.safety.red_flags import Danger

CHANNEL = "whatsapp"
_URGENT = frozenset({Danger.EMERGENCY.value, Danger.DISTRESS.value})
_FORGET_ME = "forget_me"
_log = structlog.get_logger()


class Assistant(Protocol):
    """Whoever answers."""

    async def answer(
        self, sender: str, text: str, turn: str, again: bool, line: str | None
    ) -> list[dict[str, Any]]:
        """What is said to a message that was written to the number ``line``; at least one text."""
        ...

    async def is_in_form(self, sender: str) -> bool:
        """Whether the patient is being asked something, so that each message is an answer."""
        ...

    async def asked_to_erase(self, sender: str) -> datetime | None:
        """When the latest reply asked whether to forget the patient, None if it did not."""
        ...

    async def alarm(self, text: str, line: str | None) -> list[dict[str, Any]]:
        """What must be said to a message whatever else holds, [] if nothing must."""
        ...


class RasaAssistant:
    """The assistant that Rasa's server has loaded.

    Args:
        dialogue: hands messages to it.
        agent: Rasa's own, for looks.
    """

    def __init__(self, dialogue: Dialogue, agent: Any) -> None:
        self._dialogue = dialogue
        self._agent = agent

    async def answer(
        self, sender: str, text: str, turn: str, again: bool, line: str | None
    ) -> list[dict[str, Any]]:
        """What is said to a message that was written to the number ``line``; at least one text."""
        return await self._dialogue.answer(sender, text, turn, again, line)

    async def is_in_form(self, sender: str) -> bool:
        """Whether the consultation form is open; no, where that cannot be known."""
        tracker = await self._tracker(sender)
        return tracker is not None and tracker.active_loop_name is not None

    async def asked_to_erase(self, sender: str) -> datetime | None:
        """When the latest reply asked whether to forget the patient, None if it did not."""
        tracker = await self._tracker(sender)
        if tracker is None or asked_to_confirm(list(tracker.events)) != _FORGET_ME:
            return None
        said = next(e for e in reversed(tracker.events) if isinstance(e, BotUttered))
        return datetime.fromtimestamp(said.timestamp, timezone.utc)

    async def _tracker(self, sender: str) -> DialogueStateTracker | None:
        try:
            retrieving = self._agent.tracker_store.retrieve(sender)
            tracker: DialogueStateTracker | None = await asyncio.wait_for(retrieving, TURN_SECONDS)
        except Exception as error:
            _log.error("whatsapp.form_unknown", error=type(error).__name__)
            return None
        return tracker

    async def alarm(self, text: str, line: str | None) -> list[dict[str, Any]]:
        """The reply to an emergency, without a trace of it in the conversation."""
        try:
            heard = await self._agent.parse_message(without_command(text))
            name = heard["intent"]["name"]
            if name not in _URGENT:
                return []
            said = UserUttered(
                text,
                heard["intent"],
                heard.get("entities"),
                heard,
                input_channel=CHANNEL,
                metadata={LINE: line} if line else None,
            )
            tracker = DialogueStateTracker.from_events("", [said])
            reply = await self._agent.nlg.generate(f"{UTTER}{name}", tracker, CHANNEL)
        except Exception as error:
            _log.error("whatsapp.not_looked_at", error=type(error).__name__)
            return []
        return [reply] if reply else []
