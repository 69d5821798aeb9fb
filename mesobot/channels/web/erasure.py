"""Erases one conversation on the server: "clear chat"."""

from __future__ import annotations

import os

from mesobot.chats.forgetting import open_conversations

_PATIENCE = 1.0
"""Seconds to try to overwrite the old bytes; the relay does it later, too."""


def erase_conversation(sender: str) -> None:
    """Remove everything that was said in a conversation, from Rasa's table and from ours.

    Requests to the clinic stay: they are erased by "forget me" or by staff.

    Raises:
        DatabaseUnavailableError: if the database fails; then everything is still there.
    """
    open_conversations(os.environ).forget_sender(sender, _PATIENCE)
