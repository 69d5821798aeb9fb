"""Who writes on WhatsApp: an opaque id for each person, whatever the platform calls them.

The platform knows people by their number, by an id of its own, or by both. A number may go to
somebody else, and somebody may change theirs; a conversation belongs to the person.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Engine, Row

from mesobot.chats.whatsapp.tables import people
from mesobot.consultation.clock import Clock
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.transactions import reading, writing

SENDER = "wa:"
"""Begins the senders of this channel; the rest is the id of a person."""


@dataclass(frozen=True)
class Address:
    """How the platform names somebody; one of the two may be missing.

    Attributes:
        phone: international number, digits only.
        user: the platform's own id of the person for this business.
    """

    phone: str | None = field(repr=False, default=None)
    user: str | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Person:
    """Somebody who wrote.

    Attributes:
        id: random.
        address: where answers go.
        heard_at: when the last message was written.
        muted_until: until when a person of the clinic has the chat, if one has.
        stopped: whether no messages are wanted.
        asked_at: when a person was asked for whom staff have not seen to yet.
        offered: what the last reply offered to choose.
    """

    id: str
    address: Address
    heard_at: datetime
    muted_until: datetime | None
    stopped: bool
    asked_at: datetime | None
    offered: tuple[str, ...] = field(repr=False, default=())

    @property
    def sender(self) -> str:
        """The person's conversation, as Rasa knows it."""
        return SENDER + self.id


def digest(provider_id: str) -> str:
    """What is kept of the platform's id of a message: the id itself holds a phone number."""
    return hashlib.sha256(provider_id.encode()).hexdigest()


class People:
    """Everybody who wrote, in one database.

    Its public methods raise DatabaseUnavailableError when the database fails, and SealedError when
    something was encrypted with a key that is not there now.
    """

    def __init__(self, engine: Engine, sealer: Sealer, clock: Clock) -> None:
        self._engine = engine
        self._sealer = sealer
        self._clock = clock

    def find(self, address: Address) -> Person | None:
        """Who has that number or id."""
        with reading(self._engine) as connection:
            row = self._row(connection, address)
            return self.person(row) if row else None

    def get(self, sender: str) -> Person | None:
        """Whose conversation that is."""
        this = select(people).where(people.c.id == sender.removeprefix(SENDER))
        with reading(self._engine) as connection:
            row = connection.execute(this).first()
            return self.person(row) if row else None

    def mute(self, address: Address, until: datetime) -> str:
        """Let a person of the clinic have the chat; returns the id of whose chat it is."""
        with writing(self._engine) as connection:
            person = self.identify(connection, address)
            # Whoever asked for a person has one now.
            self._set(connection, person, muted_until=until, asked_at=None)
        return person

    def release(self, address: Address) -> bool:
        """Let the assistant have the chat again; False if nobody has that address."""
        with writing(self._engine) as connection:
            row = self._row(connection, address)
            if row:
                self._set(connection, row.id, muted_until=None)
            return row is not None

    def stop(self, person: str, stopped: bool) -> None:
        """Note whether somebody wants messages."""
        with writing(self._engine) as connection:
            self._set(connection, person, stopped=stopped)

    def move(self, old: Address, new: Address) -> None:
        """Somebody changed their number: the conversation goes on under the new one.

        The platform makes another id of its own for the person, too. Where it does not say which,
        whoever writes from the new number next is the one.
        """
        with writing(self._engine) as connection:
            row = self._row(connection, old)
            if row is not None and new.phone:
                self._put(connection, row.id, "phone", new.phone)
                self._set(connection, row.id, user=None, user_key=None)
                if new.user:
                    self._put(connection, row.id, "user", new.user)

    def identify(self, connection: Connection, address: Address) -> str:
        """The id of whoever has that address; a new one if nobody has."""
        by_user = self._by(connection, "user", address.user)
        by_phone = self._by(connection, "phone", address.phone)
        if by_user is None and by_phone is not None and address.user and by_phone.user_key:
            by_phone = None  # the number has a new owner, who must not see the old one's chat
        known = by_user or by_phone
        person = str(known.id) if known is not None else self._add(connection)
        for name, value in (("phone", address.phone), ("user", address.user)):
            current = self._sealer.pseudonym("whatsapp", value) if value else None
            if value and (known is None or getattr(known, f"{name}_key") != current):
                self._put(connection, person, name, value)
        return person

    def person(self, row: Row) -> Person:
        """A row as the rest of Mesobot knows it."""
        opened = {
            name: self._sealer.unseal(getattr(row, name)) if getattr(row, name) else None
            for name in ("phone", "user", "offered")
        }
        return Person(
            row.id,
            Address(opened["phone"], opened["user"]),
            row.heard_at,
            row.muted_until,
            bool(row.stopped),
            row.asked_at,
            tuple(json.loads(opened["offered"] or "[]")),
        )

    def sealed_choices(self, offered: Sequence[str]) -> str | None:
        """What was offered, as it is kept."""
        return self._sealer.seal(json.dumps(list(offered))) if offered else None

    def _row(self, connection: Connection, address: Address) -> Row | None:
        return self._by(connection, "user", address.user) or self._by(
            connection, "phone", address.phone
        )

    def _by(self, connection: Connection, name: str, value: str | None) -> Row | None:
        if not value:
            return None
        keys = self._sealer.pseudonyms("whatsapp", value)
        return connection.execute(select(people).where(people.c[f"{name}_key"].in_(keys))).first()

    def _add(self, connection: Connection) -> str:
        person = uuid.uuid4().hex
        values = {"id": person, "heard_at": self._clock(), "stopped": False}
        connection.execute(insert(people).values(values))
        return person

    def _put(self, connection: Connection, person: str, name: str, value: str) -> None:
        """Give somebody a number or id, and take it from whoever had it."""
        keys = self._sealer.pseudonyms("whatsapp", value)
        had = update(people).where(people.c[f"{name}_key"].in_(keys), people.c.id != person)
        connection.execute(had.values({name: None, f"{name}_key": None}))
        sealed = {name: self._sealer.seal(value), f"{name}_key": keys[0]}
        self._set(connection, person, **sealed)

    @staticmethod
    def _set(connection: Connection, person: str, **values: Any) -> None:
        connection.execute(update(people).where(people.c.id == person).values(values))
