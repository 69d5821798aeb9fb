"""Makes exactly one reply to a patient's message, as the protocol has it."""

from __future__ import annotations

from typing import Any

from mesobot.channels.dialogue import TURN_SECONDS, Dialogue, Handler
from mesobot.channels.web.conversation import Said
from mesobot.channels.web.rendering import render_reply
from mesobot.knowledge.clinic import Clinic

CHANNEL = "web"


class Turns:
    """Asks the dialogue and renders what it says.

    Args:
        on_new_message: Rasa's.
        clinic: for the apology and for links.
        chats_url: the database in which Rasa keeps its events.
        seconds: after which the patient is not left waiting any longer.
    """

    def __init__(
        self,
        on_new_message: Handler,
        clinic: Clinic,
        chats_url: str,
        seconds: float = TURN_SECONDS,
    ) -> None:
        self._dialogue = Dialogue(CHANNEL, on_new_message, clinic, chats_url, seconds)
        self._clinic = clinic

    async def reply(self, sender: str, said: Said) -> dict[str, Any]:
        """The content of the one reply to a message."""
        sent = await self._dialogue.answer(sender, said.text, said.turn, said.again)
        return render_reply(sent, self._clinic) or {}
