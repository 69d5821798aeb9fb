"""What is known about a patient, and forgetting it.

Erasing leaves a row without anything about the person, so that the audit trail stays whole.
Of SQLite no byte of it is left in the files either; PostgreSQL reclaims the space itself in time.
Backups are not touched: they have to expire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, delete, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql.elements import ColumnElement

from mesobot.consultation.clock import Clock
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.records import record, stored_requests
from mesobot.consultation.references import normal_reference
from mesobot.consultation.request import Consent, DeliveryState, State, StoredRequest
from mesobot.consultation.tables import consents, outbox, requests
from mesobot.consultation.traces import remove_traces
from mesobot.consultation.transactions import reading, writing

PATIENT = "patient"
"""Who erases a conversation, in the audit trail ..."""
RETENTION = "retention"
"""... and what erases requests that nobody has touched for too long."""

_PERSONAL_FIELDS = (
    "idempotency_key",
    "conversation",
    "name",
    "contact",
    "concern",
    "preferred_time",
)


@dataclass(frozen=True)
class Known:
    """One request of a patient, and what the patient agreed to for it."""

    request: StoredRequest
    consents: tuple[Consent, ...]


@dataclass(frozen=True)
class Erasure:
    """What was erased.

    Attributes:
        references: of the requests that now hold nothing about the person.
        traces_removed: False if the database was too busy to be cleaned of the old bytes;
            the next erasure or retention run, or ``remove_traces``, does it.
        message_ids: of all messages about them, by which kept copies are found.
    """

    references: tuple[str, ...]
    traces_removed: bool
    message_ids: tuple[str, ...] = ()


class Privacy:
    """Answers "what do you know about me?" and "forget me", and ends what is kept too long.

    Every method raises DatabaseUnavailableError when the database fails.
    """

    def __init__(self, engine: Engine, sealer: Sealer, clock: Clock) -> None:
        self._engine = engine
        self._sealer = sealer
        self._clock = clock

    def what_is_known(self, conversation: str) -> list[Known]:
        """The requests made in a conversation that are not erased, oldest first.

        Raises:
            SealedError: if one was encrypted with a key that is not there now.
        """
        pseudonyms = self._sealer.pseudonyms(conversation)
        theirs = select(requests).where(requests.c.conversation.in_(pseudonyms))
        with reading(self._engine) as connection:
            rows = list(connection.execute(theirs.order_by(requests.c.id)))
            stored = stored_requests(connection, rows, self._sealer)
            return [
                Known(request, _consents(connection, row.id))
                for row, request in zip(rows, stored, strict=True)
            ]

    def erase(self, reference: str, actor: str) -> Erasure:
        """Forget the person behind a request; messages that still wait are cancelled.

        Args:
            reference: as typed. An unknown or erased one changes nothing.
            actor: who does it, for the audit trail: a member of staff.
        """
        theirs = requests.c.reference == normal_reference(reference)
        return self._erase_all(theirs, actor)

    def erase_conversation(self, conversation: str, patience: float | None = None) -> Erasure:
        """Forget everything that a patient asked for in a conversation.

        Args:
            conversation: id of its sender.
            patience: seconds to try to overwrite old bytes; the relay does it later, too.
        """
        theirs = requests.c.conversation.in_(self._sealer.pseudonyms(conversation))
        return self._erase_all(theirs, PATIENT, patience)

    def erase_old(self, older_than: timedelta) -> Erasure:
        """Forget the person behind every request that has not changed for that long."""
        return self._erase_all(requests.c.updated_at < self._clock() - older_than, RETENTION)

    def erased_message_ids(self) -> tuple[str, ...]:
        """The messages about erased requests: one under way at that moment was still sent."""
        query = select(outbox.c.message_id).join(requests).where(requests.c.state == State.ERASED)
        with reading(self._engine) as connection:
            return tuple(connection.execute(query).scalars())

    def purge(self, older_than: timedelta) -> int:
        """Delete closed and erased requests that have not changed for that long, with all theirs.

        Returns:
            How many.
        """
        ended = requests.c.state.in_([State.CLOSED, State.ERASED])
        old = requests.c.updated_at < self._clock() - older_than
        with writing(self._engine) as connection:
            # Whatever belongs to a request goes with it (ON DELETE CASCADE).
            gone = int(connection.execute(delete(requests).where(and_(ended, old))).rowcount)
        if gone:
            self.remove_traces()
        return gone

    def remove_traces(self, patience: float | None = None) -> bool:
        """Overwrite what SQLite left of deleted values in its files.

        Returns:
            False if somebody else kept the database busy, or the disk is full.
        """
        return remove_traces(self._engine, patience)

    def _erase_all(
        self, condition: ColumnElement, actor: str, patience: float | None = None
    ) -> Erasure:
        with writing(self._engine) as connection:
            references, message_ids = self._erase(connection, condition, actor)
        return Erasure(references, self.remove_traces(patience), message_ids)

    def _erase(
        self, connection: Connection, condition: ColumnElement, actor: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        kept = and_(condition, requests.c.state != State.ERASED)
        query = select(requests.c.id, requests.c.reference).where(kept).order_by(requests.c.id)
        found = list(connection.execute(query.with_for_update()))
        ids = [row.id for row in found]
        now = self._clock()
        empty = dict.fromkeys(_PERSONAL_FIELDS)
        erased = {**empty, "state": State.ERASED, "updated_at": now}
        connection.execute(update(requests).where(requests.c.id.in_(ids)).values(erased))
        ledger = update(consents).where(consents.c.request_id.in_(ids))
        connection.execute(ledger.values(language=None))
        messages = update(outbox).where(outbox.c.request_id.in_(ids))
        connection.execute(messages.values(last_problem=None))
        unsent = outbox.c.state.in_([DeliveryState.WAITING, DeliveryState.DEAD])
        connection.execute(messages.where(unsent).values(state=DeliveryState.CANCELLED))
        for row in ids:
            record(connection, row, now, "erased", actor)
        sent_as = select(outbox.c.message_id).where(outbox.c.request_id.in_(ids))
        message_ids = tuple(connection.execute(sent_as).scalars())
        return tuple(row.reference for row in found), message_ids


def _consents(connection: Connection, request: int) -> tuple[Consent, ...]:
    query = select(consents).where(consents.c.request_id == request).order_by(consents.c.id)
    return tuple(
        Consent(row.notice_version, row.consent_version, row.language, row.given_at)
        for row in connection.execute(query)
    )
