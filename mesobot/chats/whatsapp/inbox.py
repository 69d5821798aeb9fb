"""Messages of patients, kept before the platform is told that they arrived.

Each is taken once, however often it is delivered. All that wait of one person belong to one
process at a time, which has *claimed* the person: so they are answered in their order, and what a
process that died had claimed is answered by another one. What is answered together is a *turn*; it
is noted before it is begun, so that whoever takes over understands the same messages together.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from mesobot.chats.whatsapp.people import People, digest
from mesobot.chats.whatsapp.tables import InboxState, ReplyState, inbox, people, replies
from mesobot.chats.whatsapp.turns import (
    USUAL_BURST,
    Burst,
    Incoming,
    Outcome,
    Received,
    Together,
    Turn,
)
from mesobot.consultation.clock import Clock
from mesobot.consultation.encryption import SealedError, Sealer
from mesobot.consultation.transactions import DatabaseUnavailableError, writing

_ATTEMPTS = 4
_AT_ONCE = 100
"""Messages in one transaction."""
_UNREADABLE_FOR = timedelta(minutes=5)
_CLOCK_WENT_BACK = timedelta(minutes=1)


class Inbox:
    """The messages of all patients.

    Every method raises DatabaseUnavailableError when the database fails.

    Args:
        engine: from ``open_database``.
        sealer: seals what was written.
        clock: gives the present moment.
        everybody: the people on the same database.
        burst: how long to wait for more.
    """

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        clock: Clock,
        everybody: People,
        burst: Burst = USUAL_BURST,
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._clock = clock
        self._people = everybody
        self._burst = burst

    def receive(self, messages: Sequence[Incoming]) -> int:
        """Keep what is new; when this returns, it is on the disk.

        Returns:
            How many of them wait for an answer.
        """
        some = (messages[at : at + _AT_ONCE] for at in range(0, len(messages), _AT_ONCE))
        return sum(map(self._receive, some))

    def _receive(self, messages: Sequence[Incoming]) -> int:
        for _ in range(_ATTEMPTS):
            try:
                with writing(self._engine) as connection:
                    return self._keep(connection, messages)
            except IntegrityError:  # the same message, or person, reached another process
                continue
        raise DatabaseUnavailableError("too many processes write the same")

    def claim(self, limit: int, lease: timedelta, together: Together) -> list[Turn]:
        """Take people whose messages are due and whom nobody else is answering.

        Args:
            limit: at most that many.
            lease: how long they are the caller's own.
            together: decides what a new turn consists of.
        """
        now, token = self._clock(), uuid.uuid4().hex
        claimable = _claimable(now)
        due = select(people.c.id).where(claimable).order_by(people.c.next_at).limit(limit)
        with writing(self._engine) as connection:
            # On SQLite nobody else writes meanwhile; on PostgreSQL others skip these rows.
            ids = list(connection.execute(due.with_for_update(skip_locked=True)).scalars())
            mine = update(people).where(people.c.id.in_(ids))
            connection.execute(mine.values(lease=token, lease_until=now + lease))
            turns = [self._turn(connection, person, together, token) for person in ids]
        return [turn for turn in turns if turn]

    def settle(
        self,
        turn: Turn,
        state: InboxState,
        bodies: Sequence[Mapping[str, Any]] = (),
        offered: Sequence[str] | None = None,
        *,
        asks_for_person: bool = False,
    ) -> Outcome:
        """End a turn, and keep its answer for sending in the same moment.

        Args:
            turn: from ``claim``.
            state: what becomes of its messages.
            bodies: the answer, in as many messages as it takes.
            offered: what the answer offers to choose; None to leave that as it is.
            asks_for_person: whether the answer says that staff see this chat from now on.
        """
        now = self._clock()
        with writing(self._engine) as connection:
            this = select(people).where(people.c.id == turn.person.id)
            person = connection.execute(this.with_for_update()).first()
            if person is None:
                return Outcome.FORGOTTEN
            if person.lease != turn.lease:
                return Outcome.LOST
            rows = [message.row for message in turn.messages]
            kept = {} if state is InboxState.REVIEW else {"content": None}
            done = update(inbox).where(inbox.c.id.in_(rows), inbox.c.state == InboxState.WAITING)
            connection.execute(done.values(state=state, urgent=None, **kept))
            for part, body in enumerate(bodies):
                values = {
                    "person": turn.person.id,
                    "turn": turn.id,
                    "part": part,
                    "state": ReplyState.WAITING,
                    "content": self._sealer.seal(json.dumps(body)),
                    "created_at": now,
                    "attempts": 0,
                }
                connection.execute(insert(replies).values(values))
            if asks_for_person and person.asked_at is None:
                connection.execute(
                    update(people).where(people.c.id == turn.person.id).values(asked_at=now)
                )
            self._free(connection, turn.person.id, offered)
        return Outcome.KEPT

    def renew(self, turn: Turn, lease: timedelta) -> bool:
        """Go on with a turn that takes longer; False if it is somebody else's by now."""
        mine = and_(people.c.id == turn.person.id, people.c.lease == turn.lease)
        values = {"lease_until": self._clock() + lease}
        with writing(self._engine) as connection:
            return bool(connection.execute(update(people).where(mine).values(values)).rowcount)

    def give_back(self, turn: Turn) -> None:
        """Let go of a turn that was not begun, or was cut off: it is due again at once."""
        mine = and_(people.c.id == turn.person.id, people.c.lease == turn.lease)
        with writing(self._engine) as connection:
            connection.execute(update(people).where(mine).values(lease=None, lease_until=None))

    def _keep(self, connection: Connection, messages: Sequence[Incoming]) -> int:
        now = self._clock()
        keys = [digest(message.id) for message in messages]
        query = select(inbox.c.digest).where(inbox.c.digest.in_(keys))
        known = set(connection.execute(query).scalars())
        waiting = 0
        for key, message in zip(keys, messages, strict=True):
            if key in known:
                continue
            known.add(key)
            answerable = message.content is not None
            values: dict[str, Any] = {
                "digest": key,
                "sent_at": message.sent_at,
                "received_at": now,
                "state": InboxState.WAITING if answerable else InboxState.IGNORED,
            }
            if answerable:
                values["person"] = self._heard(connection, message, now)
                values["urgent"] = message.urgent or None
                values["content"] = self._sealer.seal(json.dumps(message.content))
                waiting += 1
            connection.execute(insert(inbox).values(values))
        return waiting

    def _heard(self, connection: Connection, message: Incoming, now: datetime) -> str:
        """Note that somebody wrote: when it will be answered, and what may be sent by now."""
        person = self._people.identify(connection, message.address)
        row = connection.execute(select(people).where(people.c.id == person)).one()
        since = row.waiting_since or now
        values = {
            "heard_at": max(row.heard_at, min(message.sent_at, now)),
            "waiting_since": since,
            "next_at": now if message.urgent else self._due(row.next_at, since, now),
        }
        connection.execute(update(people).where(people.c.id == person).values(values))
        held = and_(replies.c.person == person, replies.c.state == ReplyState.HELD)
        connection.execute(
            update(replies).where(held).values(state=ReplyState.WAITING, due_at=None)
        )
        return person

    def _due(self, before: datetime | None, since: datetime, now: datetime) -> datetime:
        """When somebody who has been writing since then is answered, if nothing more comes.

        What is due already, as an emergency is, does not wait again.
        """
        if before is not None and before <= now:
            return before
        return min(now + self._burst.quiet, max(since + self._burst.longest, now))

    def _turn(
        self, connection: Connection, person: str, together: Together, token: str
    ) -> Turn | None:
        waiting = and_(inbox.c.person == person, inbox.c.state == InboxState.WAITING)
        query = select(inbox).where(waiting).order_by(inbox.c.sent_at, inbox.c.id)
        rows = list(connection.execute(query))
        if not rows:
            self._free(connection, person)
            return None
        begun = next((row.turn for row in rows if row.turn), None)
        try:
            who = self._people.person(
                connection.execute(select(people).where(people.c.id == person)).one()
            )
            chosen = [row for row in rows if row.turn == begun] if begun else rows
            messages = [self._received(row) for row in chosen]
        except SealedError:
            later = self._clock() + _UNREADABLE_FOR
            values = {"next_at": later, "lease": None, "lease_until": None}
            connection.execute(update(people).where(people.c.id == person).values(values))
            return None
        turn = begun or uuid.uuid4().hex
        if not begun:
            messages = messages[: together([message.content for message in messages])]
            ids = [message.row for message in messages]
            connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(turn=turn))
        return Turn(turn, who, tuple(messages), bool(begun), token)

    def _received(self, row: Row) -> Received:
        return Received(row.id, row.sent_at, json.loads(self._sealer.unseal(row.content)))

    def _free(
        self, connection: Connection, person: str, offered: Sequence[str] | None = None
    ) -> None:
        """End a claim; what came meanwhile is due after its own pause, or at once."""
        waiting = select(inbox.c.received_at, inbox.c.urgent).where(
            inbox.c.person == person, inbox.c.state == InboxState.WAITING
        )
        rows = list(connection.execute(waiting.order_by(inbox.c.received_at.desc())))
        newest = rows[0].received_at if rows else None
        pause = timedelta() if any(row.urgent for row in rows) else self._burst.quiet
        values: dict[str, Any] = {
            "lease": None,
            "lease_until": None,
            "waiting_since": newest,
            "next_at": newest + pause if newest else None,
        }
        if offered is not None:
            values["offered"] = self._people.sealed_choices(offered)
        connection.execute(update(people).where(people.c.id == person).values(values))


def _claimable(now: datetime) -> Any:
    # The clock was set back since: the times noted would make it wait for as long as that.
    due = or_(people.c.next_at <= now, people.c.waiting_since > now + _CLOCK_WENT_BACK)
    free = or_(
        people.c.lease_until.is_(None),
        people.c.lease_until <= now,
        people.c.lease_until > now + timedelta(hours=1),
    )
    return and_(people.c.next_at.is_not(None), due, free)
