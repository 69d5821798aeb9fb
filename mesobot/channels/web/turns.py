"""Makes exactly one reply to a patient's message, as the protocol has it."""

from __future__ import annotations

from typing import Any

from rasa.core.lock_store import LockStore

from mesobot.channels.dialogue import TURN_SECONDS, Dialogue, Handler
from mesobot.channels.web.conversation import Said
from mesobot.channels.web.rendering import render_reply
from mesobot.insight.observer import TurnObserver
from mesobot.knowledge.clinic import Clinic

CHANNEL = "web"


class Turns:
    """Asks the dialogue and renders what it says.

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
        self._dialogue = Dialogue(
            CHANNEL,
            on_new_message,
            clinic,
            chats_url,
            observer,
            seconds=seconds,
            locks=locks,
        )
        self._clinic = clinic

    async def reply(self, sender: str, said: Said) -> dict[str, Any]:
        """The content of the one reply to a message."""
        sent = await self._dialogue.answer(sender, said.text, said.turn, said.again)
        return render_reply(sent, self._clinic) or {}
