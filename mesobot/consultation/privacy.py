"""What is known about a patient, and forgetting it.

Erasing leaves a row without anything about the person, so that the audit trail stays whole.
Of SQLite no byte of it is left in the files either; PostgreSQL reclaims the space itself in time.
Backups are not touched: they have to expire.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, delete, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import ColumnElement

from mesobot.consultation.clock import Clock
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.records import record, stored_requests
from mesobot.consultation.references import normal_reference
from mesobot.consultation.request import Consent, DeliveryState, State, StoredRequest
from mesobot.consultation.tables import consents, outbox, requests
from mesobot.consultation.transactions import LIMIT, problem_of, reading, writing

_logger = logging.getLogger(__name__)

PATIENT = "patient"
"""Who erases a conversation, in the audit trail."""

_PAUSE = 0.05
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
    """

    references: tuple[str, ...]
    traces_removed: bool


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
        normal = normal_reference(reference)
        with writing(self._engine) as connection:
            references = self._erase(connection, requests.c.reference == normal, actor)
        return Erasure(references, self.remove_traces())

    def erase_conversation(self, conversation: str) -> Erasure:
        """Forget everything that a patient asked for in a conversation."""
        theirs = requests.c.conversation.in_(self._sealer.pseudonyms(conversation))
        with writing(self._engine) as connection:
            references = self._erase(connection, theirs, PATIENT)
        return Erasure(references, self.remove_traces())

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

    def remove_traces(self) -> bool:
        """Overwrite what SQLite left of deleted values in its files.

        Returns:
            False if somebody else kept the database busy, or the disk is full.
        """
        if self._engine.dialect.name != "sqlite":
            return True
        end = time.monotonic() + LIMIT
        while problem := _rewrite(self._engine):
            if time.monotonic() > end:
                _logger.warning("erased, but old bytes remain in the files: %s", problem)
                return False
            time.sleep(_PAUSE)
        return True

    def _erase(
        self, connection: Connection, condition: ColumnElement, actor: str
    ) -> tuple[str, ...]:
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
        return tuple(row.reference for row in found)


def _rewrite(engine: Engine) -> str | None:
    """Write the files of SQLite anew; what kept it from doing so, if something did."""
    try:
        raw = engine.raw_connection()
    except (SQLAlchemyError, sqlite3.Error) as error:
        return problem_of(error)
    try:
        # Pages are rewritten without their gaps, then the log that holds the old ones is cut.
        raw.execute("VACUUM")
        (in_use, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        return problem_of(error)
    finally:
        raw.close()
    return "in use" if in_use else None


def _consents(connection: Connection, request: int) -> tuple[Consent, ...]:
    query = select(consents).where(consents.c.request_id == request).order_by(consents.c.id)
    return tuple(
        Consent(row.notice_version, row.consent_version, row.language, row.given_at)
        for row in connection.execute(query)
    )
