"""Messages that are still to be sent, each by one sender at a time.

A sender *claims* rows: they are its own until the lease ends, so that what a crashed sender
held is sent by another one. Sending and marking cannot be one step; a message may therefore
go out twice, but always with the same Message-ID.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.sql.elements import ColumnElement

from mesobot.consultation.clock import Clock
from mesobot.consultation.encryption import SealedError, Sealer
from mesobot.consultation.records import details_of, record
from mesobot.consultation.request import DeliveryKind, DeliveryState, RequestDetails, State
from mesobot.consultation.tables import outbox, requests
from mesobot.consultation.transactions import reading, writing

__all__ = ["Delivery", "DeliveryKind", "DeliveryState", "Outbox"]

RELAY = "relay"
"""Who acts, in the audit trail, when a message was sent or given up."""

_CLOCK_WENT_BACK = timedelta(minutes=1)
_UNREADABLE_FOR = timedelta(minutes=5)
_ARRIVALS = ("sent", "delivered", "read", "failed")
"""How far a message gets after it was accepted; reports come in any order."""
_PROBLEM_LENGTH = 200
_PERSONAL = re.compile(r"\S+@\S+|\+?\d(?:[ ()/-]{0,2}\d){8,}")


@dataclass(frozen=True)
class Delivery:
    """One message that is now to be sent by whoever claimed it.

    Attributes:
        message_id: made once for this message and the same in each attempt.
        attempts: how many attempts were begun before this one.
        lease: token of this claim.
        request: what to write.
    """

    id: int
    kind: DeliveryKind
    reference: str
    message_id: str
    attempts: int
    created_at: datetime
    lease: str
    request: RequestDetails = field(repr=False)


_SENT = {"state": DeliveryState.SENT, "last_problem": None}


class Outbox:
    """The messages still to be sent, and what became of the others.

    Every method raises DatabaseUnavailableError when the database fails.
    """

    def __init__(self, engine: Engine, sealer: Sealer, clock: Clock) -> None:
        self._engine = engine
        self._sealer = sealer
        self._clock = clock

    def claim(self, limit: int = 1, lease: timedelta = timedelta(seconds=120)) -> list[Delivery]:
        """Take messages that are due and that nobody else is sending, oldest first.

        A message that cannot be decrypted (its key is not configured) waits five minutes
        with that problem noted, and does not hold up the others.

        Args:
            limit: at most that many.
            lease: how long they are the caller's own.
        """
        deliveries: list[Delivery] = []
        while len(deliveries) < limit:
            rows = self._take(limit - len(deliveries), lease)
            if not rows:
                break
            for row in rows:
                try:
                    deliveries.append(self._delivery(row))
                except SealedError as error:
                    self._postpone(row, str(error))
        return deliveries

    def sent(self, delivery: Delivery) -> bool:
        """Note that the message went out; the clinic's first one makes the request NOTIFIED.

        Returns:
            False if the lease was lost: the row is somebody else's now, or cancelled.
        """
        with writing(self._engine) as connection:
            request = _lock_request(connection, delivery.reference)
            now = self._clock()
            if request is None:
                return False
            if not _settle(connection, delivery.id, delivery.lease, _SENT):
                return _was_reported(connection, delivery)
            _notify(connection, request, delivery.kind, now)
        return True

    def kept(self, delivery: Delivery) -> bool:
        """Note that the message was only kept on this machine: nobody is notified by that.

        Returns:
            False if the lease was lost.
        """
        with writing(self._engine) as connection:
            values = {"state": DeliveryState.KEPT, "last_problem": None}
            return _settle(connection, delivery.id, delivery.lease, values)

    def retry_at(self, delivery: Delivery, due: datetime, problem: str) -> bool:
        """Let the message wait until then.

        Args:
            delivery: what could not be sent.
            due: when to try again.
            problem: why, in a word or a sentence; addresses and numbers in it are masked.

        Returns:
            False if the lease was lost.
        """
        with writing(self._engine) as connection:
            values = {"due_at": due, "last_problem": _masked(problem)}
            return _settle(connection, delivery.id, delivery.lease, values)

    def give_up(self, delivery: Delivery, problem: str) -> bool:
        """Try no more: the message is DEAD, stays visible and can be revived by staff.

        Returns:
            False if the lease was lost.
        """
        with writing(self._engine) as connection:
            request = _lock_request(connection, delivery.reference)
            values = {"state": DeliveryState.DEAD, "last_problem": _masked(problem)}
            if not (request and _settle(connection, delivery.id, delivery.lease, values)):
                return False
            kind = delivery.kind.value
            record(connection, request.id, self._clock(), "delivery given up", RELAY, kind)
        return True

    def reported(self, message_id: str, arrival: str, problem: str | None) -> bool:
        """Note what the platform says of a message that it has accepted.

        It may be all that is heard of it: the answer to the call got lost, or the relay was killed
        meanwhile. Then the message is not sent a second time.

        Args:
            message_id: of the message.
            arrival: how far it got: sent, delivered, read or failed.
            problem: why it failed; then the message counts as given up.

        Returns:
            False if there is no such message.
        """
        with writing(self._engine) as connection:
            this = select(outbox.c.request_id, outbox.c.kind, outbox.c.state, outbox.c.arrival)
            row = connection.execute(this.where(outbox.c.message_id == message_id)).first()
            if row is None:
                return False
            if row.state is DeliveryState.WAITING and problem is None:
                return self._accepted(connection, message_id, row, arrival)
            further = _ARRIVALS.index(arrival) > _ARRIVALS.index(row.arrival or "sent")
            if row.state is not DeliveryState.SENT or not further:
                return True
            values: dict[str, Any] = {"arrival": arrival}
            if problem is not None:
                values |= {"state": DeliveryState.DEAD, "last_problem": _masked(problem)}
                kind = row.kind.value
                record(connection, row.request_id, self._clock(), "not delivered", RELAY, kind)
            this_one = update(outbox).where(outbox.c.message_id == message_id)
            connection.execute(this_one.values(values))
        return True

    def _accepted(self, connection: Connection, message_id: str, row: Row, arrival: str) -> bool:
        locked = select(requests.c.id, requests.c.state).where(requests.c.id == row.request_id)
        request = connection.execute(locked.with_for_update()).first()
        this_one = and_(outbox.c.message_id == message_id, outbox.c.state == DeliveryState.WAITING)
        # The lease stays: by it the relay that is about to note the same finds that it was noted.
        values = {**_SENT, "arrival": None if arrival == "sent" else arrival}
        if connection.execute(update(outbox).where(this_one).values(values)).rowcount and request:
            _notify(connection, request, row.kind, self._clock())
        return True

    def oldest_undelivered(self) -> timedelta | None:
        """How long the oldest message has waited or been dead, or None if there is none.

        Messages of closed and erased requests do not count. Never negative.
        """
        open_request = requests.c.state.not_in([State.CLOSED, State.ERASED])
        undelivered = outbox.c.state.in_([DeliveryState.WAITING, DeliveryState.DEAD])
        oldest = (
            select(func.min(outbox.c.created_at))
            .join(requests, requests.c.id == outbox.c.request_id)
            .where(open_request, undelivered)
        )
        with reading(self._engine) as connection:
            since = connection.execute(oldest).scalar_one()
        return None if since is None else max(timedelta(0), self._clock() - since)

    def counts(self) -> dict[DeliveryState, int]:
        """How many messages are in each state (all states are listed)."""
        query = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
        with reading(self._engine) as connection:
            found = {row.state: row.number for row in connection.execute(query)}
        return {state: found.get(state, 0) for state in DeliveryState}

    def _take(self, limit: int, lease: timedelta) -> list[Row]:
        now, token = self._clock(), uuid.uuid4().hex
        claimable = _claimable(now)
        due = select(outbox.c.id).where(claimable).order_by(outbox.c.id).limit(limit)
        with writing(self._engine) as connection:
            # On SQLite nobody else writes meanwhile; on PostgreSQL others skip these rows.
            ids = list(connection.execute(due.with_for_update(skip_locked=True)).scalars())
            values = {
                "lease": token,
                "lease_until": now + lease,
                "attempted_at": now,
                "attempts": outbox.c.attempts + 1,
            }
            mine = and_(outbox.c.id.in_(ids), claimable)
            connection.execute(update(outbox).where(mine).values(values))
            columns = [column.label(f"outbox_{column.name}") for column in outbox.c]
            taken = (
                select(requests, *columns)
                .join(outbox, outbox.c.request_id == requests.c.id)
                .where(outbox.c.lease == token)
                .order_by(outbox.c.id)
            )
            return list(connection.execute(taken))

    def _delivery(self, row: Row) -> Delivery:
        return Delivery(
            id=row.outbox_id,
            kind=row.outbox_kind,
            reference=row.reference,
            message_id=row.outbox_message_id,
            attempts=row.outbox_attempts - 1,
            created_at=row.outbox_created_at,
            lease=row.outbox_lease,
            request=details_of(row, self._sealer),
        )

    def _postpone(self, row: Row, problem: str) -> None:
        values = {"due_at": self._clock() + _UNREADABLE_FOR, "last_problem": problem}
        with writing(self._engine) as connection:
            _settle(connection, row.outbox_id, row.outbox_lease, values)


def _claimable(now: datetime) -> ColumnElement:
    due = or_(outbox.c.due_at.is_(None), outbox.c.due_at <= now)
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    # The clock was set back since: the times noted would make it wait for as long as that.
    in_the_future = outbox.c.attempted_at > now + _CLOCK_WENT_BACK
    return and_(outbox.c.state == DeliveryState.WAITING, or_(and_(due, free), in_the_future))


def _lock_request(connection: Connection, reference: str) -> Row | None:
    """The request's row, locked before its messages, as erasing does (else they deadlock).

    None if it was purged meanwhile.
    """
    query = select(requests.c.id, requests.c.state).where(requests.c.reference == reference)
    return connection.execute(query.with_for_update()).first()


def _settle(connection: Connection, row: int, lease: str, values: Mapping[str, Any]) -> bool:
    """End a claim, unless it was lost meanwhile."""
    mine = and_(
        outbox.c.id == row, outbox.c.lease == lease, outbox.c.state == DeliveryState.WAITING
    )
    free = {"lease": None, "lease_until": None}
    settled = connection.execute(update(outbox).where(mine).values({**values, **free}))
    return bool(settled.rowcount == 1)


def _was_reported(connection: Connection, delivery: Delivery) -> bool:
    """Whether the platform was quicker to say that a message was accepted."""
    mine = and_(outbox.c.id == delivery.id, outbox.c.lease == delivery.lease)
    return connection.execute(select(outbox.c.state).where(mine)).scalar() is DeliveryState.SENT


def _notify(connection: Connection, request: Row, kind: DeliveryKind, now: datetime) -> None:
    """The first message that reaches the clinic makes the request NOTIFIED."""
    if kind.to_clinic and request.state is State.NEW:
        new = and_(requests.c.id == request.id, requests.c.state == State.NEW)
        notified = {"state": State.NOTIFIED, "updated_at": now}
        connection.execute(update(requests).where(new).values(notified))
        record(connection, request.id, now, "notified", RELAY, kind.value)


def _masked(problem: str) -> str:
    """Servers like to repeat the address they refuse."""
    return _PERSONAL.sub("…", problem)[:_PROBLEM_LENGTH]
