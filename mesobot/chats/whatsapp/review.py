"""What the assistant left to the clinic's staff, and the chats that they have taken.

Who asked for a person, messages that came too late to be answered by a machine, and answers that
WhatsApp no longer took.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.engine import Connection, Engine

from mesobot.chats.whatsapp.people import Address, People, Person
from mesobot.chats.whatsapp.tables import InboxState, ReplyState, inbox, people, replies
from mesobot.consultation.clock import Clock, utc_now
from mesobot.consultation.database import database_url, shared_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.transactions import reading, writing

_SHORT = 8
STUCK_AFTER = timedelta(minutes=2)
_LEFT = inbox.c.state == InboxState.REVIEW
_UNSENT = replies.c.state == ReplyState.REVIEW


@dataclass(frozen=True)
class Left:
    """A text that somebody should read.

    Attributes:
        at: when it was written.
        unsent: whether it is an answer that did not go out; else the patient wrote it.
    """

    at: datetime
    text: str = field(repr=False)
    unsent: bool


@dataclass(frozen=True)
class LeftChat:
    """A chat that needs somebody, or that staff have taken; its texts are in order of time."""

    person: Person
    texts: tuple[Left, ...]

    @property
    def name(self) -> str:
        """Names the chat in a command, without a number."""
        return self.person.id[:_SHORT]


@dataclass(frozen=True)
class Stuck:
    """Answers that do not go out.

    Attributes:
        count: how many wait.
        since: when the oldest of them was ready.
        problem: why the last attempt failed, if there was one.
    """

    count: int
    since: datetime
    problem: str | None


class Review:
    """The chats of one database that are the staff's.

    Every method raises DatabaseUnavailableError when the database fails, and SealedError when
    something was encrypted with a key that is not there now.
    """

    def __init__(self, engine: Engine, sealer: Sealer, clock: Clock) -> None:
        self._engine = engine
        self._sealer = sealer
        self._clock = clock
        self.people = People(engine, sealer, clock)

    def chats(self) -> list[LeftChat]:
        """Those with texts that are left, and those that staff have, longest waiting first."""
        theirs = or_(
            people.c.id.in_(select(inbox.c.person).where(_LEFT)),
            people.c.id.in_(select(replies.c.person).where(_UNSENT)),
            people.c.muted_until > self._clock(),
            people.c.asked_at.is_not(None),
        )
        with reading(self._engine) as connection:
            rows = list(connection.execute(select(people).where(theirs)))
            found = [
                LeftChat(self.people.person(row), self._left(connection, row.id)) for row in rows
            ]
        return sorted(
            found, key=lambda chat: min([each.at for each in chat.texts] or [_waits_since(chat)])
        )

    def count(self) -> int:
        """How many chats have texts that are left, or want a person; no key is needed."""
        left = (
            select(inbox.c.person)
            .where(_LEFT)
            .union(
                select(replies.c.person).where(_UNSENT),
                select(people.c.id).where(people.c.asked_at.is_not(None)),
            )
        )
        with reading(self._engine) as connection:
            return len(list(connection.execute(left)))

    def stuck(self) -> Stuck | None:
        """Answers that have waited longer than sending takes, as while WhatsApp refuses our token."""
        late = self._clock() - STUCK_AFTER
        waiting = and_(replies.c.state == ReplyState.WAITING, replies.c.created_at < late)
        query = select(replies.c.created_at, replies.c.last_problem).where(waiting)
        with reading(self._engine) as connection:
            rows = list(connection.execute(query.order_by(replies.c.id)))
        if not rows:
            return None
        problem = next((row.last_problem for row in reversed(rows) if row.last_problem), None)
        return Stuck(len(rows), rows[0].created_at, problem)

    def find(self, name: str) -> Person | None:
        """Whose chat that is: a phone number, or the name of a chat."""
        digits = re.sub(r"[\s()+-]", "", name)
        if digits.isdecimal() and (by_number := self.people.find(Address(phone=digits))):
            return by_number
        if not re.fullmatch(f"[0-9a-f]{{{_SHORT},32}}", name):
            return None
        begins = select(people).where(people.c.id.startswith(name, autoescape=True))
        with reading(self._engine) as connection:
            rows = list(connection.execute(begins))
            return self.people.person(rows[0]) if len(rows) == 1 else None

    def done(self, person: Person) -> int:
        """Somebody has seen to it: the texts are removed; returns how many things waited."""
        read = update(inbox).where(_LEFT, inbox.c.person == person.id)
        written = update(replies).where(_UNSENT, replies.c.person == person.id)
        with writing(self._engine) as connection:
            gone = connection.execute(read.values(state=InboxState.STAFF, content=None)).rowcount
            values = {"state": ReplyState.FAILED, "content": None}
            gone += connection.execute(written.values(values)).rowcount
            asked = update(people).where(people.c.id == person.id, people.c.asked_at.is_not(None))
            return int(gone) + int(connection.execute(asked.values(asked_at=None)).rowcount)

    def _left(self, connection: Connection, person: str) -> tuple[Left, ...]:
        heard = select(inbox).where(_LEFT, inbox.c.person == person)
        unsent = select(replies).where(_UNSENT, replies.c.person == person)
        texts = [
            Left(row.sent_at, _heard(self._opened(row.content)), False)
            for row in connection.execute(heard)
        ] + [
            Left(row.created_at, _said(self._opened(row.content)), True)
            for row in connection.execute(unsent)
        ]
        return tuple(sorted(texts, key=lambda left: left.at))

    def _opened(self, content: str | None) -> Mapping[str, Any]:
        found = json.loads(self._sealer.unseal(content)) if content else {}
        return found if isinstance(found, dict) else {}


def _waits_since(chat: LeftChat) -> datetime:
    return chat.person.asked_at or chat.person.heard_at


def open_review(environment: Mapping[str, str]) -> Review:
    """The chats of this installation.

    Raises:
        DatabaseUnavailableError: if the database does not answer.
        ValueError: if the address of the database or a key is none.
    """
    engine = shared_database(database_url(environment))
    return Review(engine, Sealer.from_environment(environment), utc_now)


def _heard(content: Mapping[str, Any]) -> str:
    """What the patient wrote; what is no text is named."""
    return str(content.get("text") or f"({content.get('kind', 'nothing to read')})")


def _said(body: Mapping[str, Any]) -> str:
    """The text of a message that was to be sent."""
    kind = body.get("type")
    content = (
        body.get("text", {}) if kind == "text" else body.get("interactive", {}).get("body", {})
    )
    return str(content.get("body") or content.get("text") or "(nothing to read)")
