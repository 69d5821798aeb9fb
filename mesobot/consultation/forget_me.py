"""Everything that Mesobot keeps because of one conversation goes: "forget me" in the chat."""

from __future__ import annotations

from pathlib import Path

from mesobot.chats.forgetting import Chats
from mesobot.consultation.delivery.caught_mails import forget_caught_mails
from mesobot.consultation.privacy import Privacy

_PATIENCE = 1.0
"""Seconds for old bytes: the patient waits. The relay takes care of what is left of them."""


def forget_conversation(
    sender: str, privacy: Privacy, chats: Chats, mail_folder: Path
) -> tuple[str, ...]:
    """Erase the requests of a conversation, kept copies of mails about them, and what was said.

    The chat goes last: until everything else is gone, saying "forget me" again completes it.
    The turn in which this happens is not stored either (``mesobot.chats.tracker_store``).

    Returns:
        References of the erased requests.

    Raises:
        DatabaseUnavailableError: if a database fails.
        OSError: if a mail cannot be deleted.
    """
    erasure = privacy.erase_conversation(sender, _PATIENCE)
    forget_caught_mails(mail_folder, erasure.message_ids)
    chats.forget_sender(sender, _PATIENCE)
    return erasure.references
