"""Erasing a request with everything that Mesobot keeps of it elsewhere.

The chat goes first: it is found by the pseudonym of its sender, which the request holds until it
is erased. Whatever fails, erasing again completes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import Engine

from mesobot.consultation.delivery.caught_mails import forget_caught_mails
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.privacy import Privacy
from mesobot.consultation.references import normal_reference
from mesobot.consultation.request import State
from mesobot.consultation.tables import outbox, requests
from mesobot.consultation.transactions import reading

ForgetChats = Callable[[Callable[[str], bool]], int]
"""Removes the conversations whose sender id passes a test; returns how many there were."""


class ChatNotForgottenError(Exception):
    """The conversation could not be removed; the request is as it was. Without personal data."""


@dataclass(frozen=True)
class Target:
    """A request that is about to be erased.

    Attributes:
        conversation: pseudonym of the conversation's sender, or None if erased.
        message_ids: of the messages about it.
    """

    reference: str
    state: State
    conversation: str | None
    message_ids: tuple[str, ...]


@dataclass(frozen=True)
class Removed:
    """What was removed.

    Attributes:
        request: False if the request had been erased before.
        traces_removed: whether the old bytes are gone from the files of the database, too.
        conversations: how many; None if nobody was there to remove any, or none is known.
        mails: how many kept by the mail catcher.
    """

    request: bool
    traces_removed: bool
    conversations: int | None
    mails: int


def find_target(engine: Engine, reference: str) -> Target | None:
    """The request of that reference, or None; no key is needed to read it.

    Raises:
        DatabaseUnavailableError: if the database fails.
    """
    query = select(requests).where(requests.c.reference == normal_reference(reference))
    with reading(engine) as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        ids = select(outbox.c.message_id).where(outbox.c.request_id == row.id)
        message_ids = tuple(connection.execute(ids).scalars())
    return Target(row.reference, row.state, row.conversation, message_ids)


def erase_everywhere(  # noqa: PLR0917 - one for each place
    target: Target,
    privacy: Privacy,
    sealer: Sealer,
    mail_folder: Path,
    forget_chats: ForgetChats | None,
    actor: str,
) -> Removed:
    """Remove conversation, request and caught mails, in that order.

    Args:
        target: from ``find_target``.
        privacy: erases the request.
        sealer: knows the pseudonyms of senders.
        mail_folder: where the mail catcher keeps mails.
        forget_chats: removes conversations, if conversations can be removed from here.
        actor: who does it, for the audit trail.

    Raises:
        ChatNotForgottenError: if the conversation could not be removed.
        DatabaseUnavailableError: if the database fails.
        OSError: if a mail could not be removed.
    """
    conversations = None
    pseudonym = target.conversation
    if forget_chats is not None and pseudonym is not None:
        try:
            conversations = forget_chats(lambda sender: pseudonym in sealer.pseudonyms(sender))
        except Exception as error:
            # Whatever stores conversations may fail in its own way, and quote them.
            raise ChatNotForgottenError(type(error).__name__) from None
    done = privacy.erase(target.reference, actor)
    mails = forget_caught_mails(mail_folder, target.message_ids)
    return Removed(bool(done.references), done.traces_removed, conversations, mails)


def in_words(reference: str, removed: Removed) -> str:
    """What was removed and what was not, for staff."""
    if removed.request:
        text = f"{reference}: name, contact, concern and time are erased, waiting messages stopped."
    else:
        text = f"{reference} had been erased before."
    if removed.conversations is not None:
        text += f" Conversations removed: {removed.conversations}."
    else:
        text += " What was typed in the chat was not removed from here."
    text += f" Kept mails removed: {removed.mails}."
    return text + " Mails and messages that were really sent, and backups, are out of reach."
