"""Messages to patients that wait to be sent, one after the other to each of them.

A sender *claims* messages, as the outbox of the requests does (``mesobot.consultation.outbox``).
Sending and marking cannot be one step. Each message carries a token that the platform gives back
with its statuses, so that one that went out although its sender died is known, and not sent twice.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.sql.elements import ColumnElement

from mesobot.chats.whatsapp.people import Address, People, digest
from mesobot.chats.whatsapp.tables import ReplyState, people, replies
from mesobot.consultation.clock import Clock
from mesobot.consultation.encryption import SealedError, Sealer
from mesobot.consultation.transactions import reading, writing

_UNREADABLE_FOR = timedelta(minutes=5)
_LONGEST_LEASE = timedelta(hours=1)
_REACHED = (ReplyState.WAITING, ReplyState.SENT, ReplyState.DELIVERED, ReplyState.READ)
"""In the order in which a message goes through them; statuses may come in any."""


@dataclass(frozen=True)
class Reply:
    """A message that is now to be sent by whoever claimed it.

    Attributes:
        token: comes back with its statuses.
        person: id of whom it is for.
        body: what the Graph API is given, without the address.
        heard_at: when the person last wrote.
        attempts: how many were begun before this one.
    """

    id: int
    token: str
    person: str
    address: Address
    body: Mapping[str, Any] = field(repr=False)
    heard_at: datetime
    created_at: datetime
    attempts: int
    lease: str


class Outgoing:
    """The messages to all patients.

    Every method raises DatabaseUnavailableError when the database fails.
    """

    def __init__(self, engine: Engine, sealer: Sealer, clock: Clock, everybody: People) -> None:
        self._engine = engine
        self._sealer = sealer
        self._clock = clock
        self._people = everybody

    def claim(self, limit: int, lease: timedelta) -> list[Reply]:
        """Take messages that are due and that nobody else is sending, oldest first."""
        now, token = self._clock(), uuid.uuid4().hex
        due = select(replies.c.id).where(_claimable(now)).order_by(replies.c.id).limit(limit)
        with writing(self._engine) as connection:
            ids = list(connection.execute(due.with_for_update(skip_locked=True)).scalars())
            values = {
                "lease": token,
                "lease_until": now + lease,
                "attempts": replies.c.attempts + 1,
            }
            mine = and_(replies.c.id.in_(ids), _claimable(now))
            connection.execute(update(replies).where(mine).values(values))
            columns = [column.label(f"reply_{column.name}") for column in replies.c]
            taken = (
                select(people, *columns)
                .join(replies, replies.c.person == people.c.id)
                .where(replies.c.lease == token)
                .order_by(replies.c.id)
            )
            rows = list(connection.execute(taken))
            readable = [(row, self._reply(connection, row)) for row in rows]
        return [reply for _, reply in readable if reply]

    def sent(self, reply: Reply, provider_id: str) -> bool:
        """Note that a message was accepted. False if that was known, or it is somebody else's."""
        values = {"state": ReplyState.SENT, "content": None, "last_problem": None}
        return self._end(reply, digest=digest(provider_id), **values)

    def retry_at(self, reply: Reply, due: datetime, problem: str) -> bool:
        """Let a message wait until then."""
        return self._end(reply, due_at=due, last_problem=problem)

    def untouched(self, reply: Reply, due: datetime) -> bool:
        """Let a message wait until then; it was not tried, because too many go out already."""
        return self._end(reply, due_at=due, attempts=reply.attempts)

    def give_up(self, reply: Reply, state: ReplyState, problem: str) -> bool:
        """End trying; what somebody at the clinic should read or the patient waits for stays."""
        kept = {} if state in (ReplyState.HELD, ReplyState.REVIEW) else {"content": None}
        return self._end(reply, state=state, last_problem=problem, **kept)

    def was_asked(self, reply: Reply) -> bool:
        """Whether the patient has been asked to write again, because of an earlier message."""
        held = and_(
            replies.c.person == reply.person,
            replies.c.state == ReplyState.HELD,
            replies.c.id != reply.id,
        )
        with reading(self._engine) as connection:
            return connection.execute(select(replies.c.id).where(held)).first() is not None

    def report(
        self, token: str | None, provider_id: str, state: ReplyState, problem: str | None = None
    ) -> bool:
        """What the platform says of a message later.

        Args:
            token: of the message, if the platform gave it back.
            provider_id: the platform's id of it.
            state: how far it got: SENT, DELIVERED, READ or FAILED.
            problem: why it failed.

        Returns:
            False if there is no such message, or it had got further before.
        """
        turn, _, part = (token or "").rpartition("-")
        named = replies.c.digest == digest(provider_id)
        if turn and part.isdecimal():
            named = or_(named, and_(replies.c.turn == turn, replies.c.part == int(part)))
        before = (
            [ReplyState.WAITING, ReplyState.SENT]
            if state is ReplyState.FAILED
            else _REACHED[: _REACHED.index(state)]
        )
        values: dict[str, Any] = {
            "state": state,
            "content": None,
            "last_problem": problem,
            "digest": digest(provider_id),
            "lease": None,
            "lease_until": None,
        }
        with writing(self._engine) as connection:
            these = update(replies).where(named, replies.c.state.in_(before))
            return bool(connection.execute(these.values(values)).rowcount)

    def is_ours(self, provider_id: str) -> bool:
        """Whether a message that the platform tells of is one of these."""
        same = select(replies.c.id).where(replies.c.digest == digest(provider_id))
        with reading(self._engine) as connection:
            return connection.execute(same).first() is not None

    def counts(self) -> dict[ReplyState, int]:
        """How many messages are in each state."""
        query = select(replies.c.state, func.count().label("number")).group_by(replies.c.state)
        with reading(self._engine) as connection:
            found = {row.state: row.number for row in connection.execute(query)}
        return {state: found.get(state, 0) for state in ReplyState}

    def _reply(self, connection: Connection, row: Row) -> Reply | None:
        try:
            body = json.loads(self._sealer.unseal(row.reply_content))
            address = self._people.person(row).address
        except SealedError:
            later = self._clock() + _UNREADABLE_FOR
            free = {"due_at": later, "lease": None, "lease_until": None}
            connection.execute(update(replies).where(replies.c.id == row.reply_id).values(free))
            return None
        return Reply(
            id=row.reply_id,
            token=f"{row.reply_turn}-{row.reply_part}",
            person=row.id,
            address=address,
            body=body,
            heard_at=row.heard_at,
            created_at=row.reply_created_at,
            attempts=row.reply_attempts - 1,
            lease=row.reply_lease,
        )

    def _end(self, reply: Reply, **values: Any) -> bool:
        mine = and_(
            replies.c.id == reply.id,
            replies.c.lease == reply.lease,
            replies.c.state == ReplyState.WAITING,
        )
        free = {"lease": None, "lease_until": None}
        with writing(self._engine) as connection:
            ended = connection.execute(update(replies).where(mine).values({**values, **free}))
            return bool(ended.rowcount)


def _claimable(now: datetime) -> ColumnElement:
    earlier = replies.alias()
    first = ~(
        select(earlier.c.id)
        .where(
            earlier.c.person == replies.c.person,
            earlier.c.state == ReplyState.WAITING,
            earlier.c.id < replies.c.id,
        )
        .exists()
    )
    due = or_(replies.c.due_at.is_(None), replies.c.due_at <= now)
    free = or_(
        replies.c.lease_until.is_(None),
        replies.c.lease_until <= now,
        replies.c.lease_until > now + _LONGEST_LEASE,
    )
    return and_(
        replies.c.state == ReplyState.WAITING, replies.c.person.is_not(None), first, due, free
    )
