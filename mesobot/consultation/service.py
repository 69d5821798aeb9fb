"""Consultation requests are saved here, and looked after by staff.

What is acknowledged is committed: request, consent, the messages to send and the audit trail
in one transaction. Handing the same request in again changes nothing and gives its reference.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, insert, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import Select

from mesobot.consultation.clock import Clock
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.records import new_message, record, stored_requests
from mesobot.consultation.references import new_reference, normal_reference
from mesobot.consultation.request import (
    DeliveryKind,
    DeliveryState,
    NewRequest,
    State,
    StoredRequest,
    Way,
)
from mesobot.consultation.tables import consents, outbox, requests
from mesobot.consultation.transactions import DatabaseUnavailableError, reading, writing

PATIENT = "patient"
"""Who acts, in the audit trail, when a request is handed in."""

_SUBMIT_ATTEMPTS = 4
_ALLOWED_BEFORE = {
    State.CLAIMED: (State.NEW, State.NOTIFIED),
    State.CONTACTED: (State.NEW, State.NOTIFIED, State.CLAIMED),
    State.CLOSED: (State.NEW, State.NOTIFIED, State.CLAIMED, State.CONTACTED),
}

Notifications = Callable[[NewRequest], Sequence[DeliveryKind]]
"""Which messages a request calls for."""


class NotSavedError(Exception):
    """The request could not be saved, as far as is known; the text holds no personal data.

    Handing it in again is safe: if it was saved after all, its reference comes back.
    """


class UnknownReferenceError(Exception):
    """There is no request of that reference."""


class WrongStateError(Exception):
    """The request is in a state in which this cannot be done; the text says what can."""


@dataclass(frozen=True)
class Receipt:
    """What the patient gets for a request that is safely stored.

    Attributes:
        repeated: whether it had been handed in before.
    """

    reference: str
    repeated: bool


class ConsultationService:
    """Takes requests in and keeps track of what staff do about them.

    Every method except ``submit`` raises DatabaseUnavailableError when the database fails,
    and SealedError when what it shows was encrypted with a key that is not there now.

    Args:
        engine: from ``open_database``.
        sealer: encrypts name and contact.
        clock: gives the present moment.
        notifications: which messages a request calls for.
    """

    def __init__(
        self, engine: Engine, sealer: Sealer, clock: Clock, notifications: Notifications
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._clock = clock
        self._notifications = notifications

    def submit(self, request: NewRequest) -> Receipt:
        """Save a request; when this returns, it is on the disk.

        Raises:
            NotSavedError: if it could not be saved, whatever the reason.
        """
        try:
            return self._save(request)
        except DatabaseUnavailableError as error:
            raise NotSavedError(str(error)) from None
        except Exception as error:
            # The patient must hear the truth about a mistake of ours, too. Its text may quote
            # the request, and so may anything chained to it.
            raise NotSavedError(type(error).__name__) from None

    def find(self, reference: str) -> StoredRequest | None:
        """The request of that reference; case, spaces and dashes do not matter."""
        normal = normal_reference(reference)
        if normal is None:
            return None
        query = select(requests).where(requests.c.reference == normal)
        found = self._stored(query)
        return found[0] if found else None

    def list(
        self, states: Collection[State] = (), limit: int = 200
    ) -> builtins.list[StoredRequest]:
        """Requests, newest first.

        Args:
            states: only those in one of these states, if any is given.
            limit: at most that many.
        """
        query = select(requests).order_by(requests.c.id.desc()).limit(limit)
        return self._stored(query.where(requests.c.state.in_(states)) if states else query)

    def claim(self, reference: str, staff: str) -> StoredRequest:
        """Somebody takes care of the request. Doing so twice is no mistake.

        Raises:
            UnknownReferenceError: if there is none of that reference.
            WrongStateError: if somebody else has it, or it is past that.
        """
        return self._move(reference, State.CLAIMED, staff)

    def contacted(self, reference: str, staff: str) -> StoredRequest:
        """The patient was contacted.

        Raises:
            UnknownReferenceError: if there is none of that reference.
            WrongStateError: if the request is closed or erased.
        """
        return self._move(reference, State.CONTACTED, staff)

    def close(self, reference: str, staff: str) -> StoredRequest:
        """Nothing is left to do.

        Raises:
            UnknownReferenceError: if there is none of that reference.
            WrongStateError: if the request is erased.
        """
        return self._move(reference, State.CLOSED, staff)

    def retry(self, reference: str, staff: str = "staff") -> int:
        """Make messages that reached nobody due again, as if never tried.

        They were given up, or kept on this machine before a mail server was configured.

        Returns:
            How many there were.

        Raises:
            UnknownReferenceError: if there is none of that reference.
        """
        with writing(self._engine) as connection:
            request = _locked(connection, reference)
            in_vain = outbox.c.state.in_([DeliveryState.DEAD, DeliveryState.KEPT])
            dead = and_(outbox.c.request_id == request.id, in_vain)
            values = {
                "state": DeliveryState.WAITING,
                "attempts": 0,
                "due_at": None,
                "arrival": None,
            }
            revived = int(connection.execute(update(outbox).where(dead).values(values)).rowcount)
            if revived:
                now = self._clock()
                record(connection, request.id, now, "delivery retried", staff, str(revived))
        return revived

    def _save(self, request: NewRequest) -> Receipt:
        if ("@" in request.contact) is not (request.way is Way.EMAIL):
            raise ValueError("nobody can be reached by that contact in that way")
        keys = self._sealer.pseudonyms(
            request.conversation, request.form, request.way.value, _normal(request.contact)
        )
        kinds = list(dict.fromkeys(self._notifications(request)))
        same = select(requests.c.reference).where(requests.c.idempotency_key.in_(keys))
        attempts_left = _SUBMIT_ATTEMPTS
        while True:
            attempts_left -= 1
            try:
                with writing(self._engine) as connection:
                    reference = connection.execute(same).scalar()
                    if reference is not None:
                        return Receipt(reference, repeated=True)
                    return self._insert(connection, request, keys[0], kinds)
            except IntegrityError:
                # The reference is taken, or the same request came in at the same moment
                # and its reference can now be read.
                if not attempts_left:
                    raise

    def _insert(
        self, connection: Connection, request: NewRequest, key: str, kinds: Sequence[DeliveryKind]
    ) -> Receipt:
        now = self._clock()
        reference = new_reference()
        values = {
            "reference": reference,
            "state": State.NEW,
            "way": request.way,
            "channel": request.channel,
            "created_at": now,
            "updated_at": now,
            "idempotency_key": key,
            "conversation": self._sealer.pseudonym(request.conversation),
            "name": self._sealer.seal(request.name),
            "contact": self._sealer.seal(request.contact),
            "concern": request.concern,
            "preferred_time": request.preferred_time,
        }
        (row,) = connection.execute(insert(requests).values(values)).inserted_primary_key
        consent = {
            "request_id": row,
            "notice_version": request.consent.notice_version,
            "consent_version": request.consent.consent_version,
            "language": request.consent.language,
            "given_at": request.consent.given_at,
        }
        connection.execute(insert(consents).values(consent))
        for kind in kinds:
            connection.execute(insert(outbox).values(new_message(row, kind, now)))
        record(connection, row, now, "submitted", PATIENT)
        return Receipt(reference, repeated=False)

    def _move(self, reference: str, to: State, staff: str) -> StoredRequest:
        with writing(self._engine) as connection:
            request = _locked(connection, reference)
            already = request.state is to and (
                to is not State.CLAIMED or request.claimed_by == staff
            )
            if not already:
                if request.state not in _ALLOWED_BEFORE[to]:
                    raise WrongStateError(_what_can_be_done(request.reference, request.state))
                now = self._clock()
                values = {"state": to, "updated_at": now}
                if request.claimed_by is None:
                    values["claimed_by"] = staff
                this = update(requests).where(requests.c.id == request.id)
                connection.execute(this.values(values))
                record(connection, request.id, now, to.value, staff)
            query = select(requests).where(requests.c.id == request.id)
            return stored_requests(connection, list(connection.execute(query)), self._sealer)[0]

    def _stored(self, query: Select) -> builtins.list[StoredRequest]:
        with reading(self._engine) as connection:
            return stored_requests(connection, list(connection.execute(query)), self._sealer)


def _locked(connection: Connection, reference: str) -> Row:
    query = select(requests).where(requests.c.reference == normal_reference(reference))
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        raise UnknownReferenceError("there is no request of that reference")
    return row


def _what_can_be_done(reference: str, state: State) -> str:
    possible = [to.value for to, before in _ALLOWED_BEFORE.items() if state in before]
    if possible:
        return f"{reference} is {state.value}; it can become {' or '.join(possible)}"
    return f"{reference} is {state.value}; nothing can be done about it"


def _normal(contact: str) -> str:
    return contact.strip().casefold()
