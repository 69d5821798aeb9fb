"""What the assistant could not do on WhatsApp, for somebody at the clinic: late messages and replies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Engine

from mesobot.chats.whatsapp.people import Address, People
from mesobot.chats.whatsapp.tables import InboxState, ReplyState, inbox, people, replies
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.transactions import reading, writing


@dataclass(frozen=True)
class Left:
    """Something that somebody should read, and answer.

    Attributes:
        at: when it was written.
        address: of the patient.
        text: of the message, or of the reply that did not get through.
        is_reply: which of the two.
    """

    at: datetime
    address: Address
    text: str = field(repr=False)
    is_reply: bool


class LeftToStaff:
    """What is left to staff, on the database of the requests.

    Its methods raise DatabaseUnavailableError when the database fails, and SealedError when
    something was encrypted with a key that is not there now.
    """

    def __init__(self, engine: Engine, sealer: Sealer, everybody: People) -> None:
        self._engine = engine
        self._sealer = sealer
        self._people = everybody

    def all(self) -> list[Left]:
        """Everything, oldest first."""
        messages = select(people, inbox.c.sent_at.label("at"), inbox.c.content.label("what")).join(
            inbox, inbox.c.person == people.c.id
        )
        unsent = select(
            people, replies.c.created_at.label("at"), replies.c.content.label("what")
        ).join(replies, replies.c.person == people.c.id)
        found = []
        with reading(self._engine) as connection:
            for query, is_reply in (
                (messages.where(inbox.c.state == InboxState.REVIEW), False),
                (unsent.where(replies.c.state == ReplyState.REVIEW), True),
            ):
                for row in connection.execute(query):
                    content = json.loads(self._sealer.unseal(row.what))
                    text = _reply_text(content) if is_reply else _message_text(content)
                    address = self._people.person(row).address
                    found.append(Left(row.at, address, text, is_reply))
        return sorted(found, key=lambda left: left.at)

    def count(self) -> int:
        """How much there is; no key is needed."""
        states = ((inbox, InboxState.REVIEW), (replies, ReplyState.REVIEW))
        with reading(self._engine) as connection:
            return sum(
                connection.execute(
                    select(func.count()).select_from(table).where(table.c.state == state)
                ).scalar_one()
                for table, state in states
            )

    def done(self) -> int:
        """Somebody has seen to all of it; the texts go. Returns how much there was."""
        with writing(self._engine) as connection:
            seen = update(inbox).where(inbox.c.state == InboxState.REVIEW)
            count = connection.execute(seen.values(state=InboxState.STAFF, content=None)).rowcount
            unsent = update(replies).where(replies.c.state == ReplyState.REVIEW)
            values = {"state": ReplyState.FAILED, "content": None}
            return int(count) + int(connection.execute(unsent.values(values)).rowcount)


def _message_text(content: Mapping[str, Any]) -> str:
    return str(content.get("text") or f"({content.get('kind', 'message')})")


def _reply_text(body: Mapping[str, Any]) -> str:
    part = body.get("text") or body.get("interactive", {}).get("body") or {}
    return str(part.get("body") or part.get("text") or "")
