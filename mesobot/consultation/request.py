"""What a consultation request is: as the conversation hands it in and as staff see it.

Personal fields are left out of every ``repr``, so that none gets into a log by accident.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Way(str, Enum):
    """How the patient wants to be reached."""

    WHATSAPP = "whatsapp"
    EMAIL = "email"


class State(str, Enum):
    """How far the clinic has got with a request."""

    NEW = "new"
    NOTIFIED = "notified"
    CLAIMED = "claimed"
    CONTACTED = "contacted"
    CLOSED = "closed"
    ERASED = "erased"


class DeliveryKind(str, Enum):
    """Who is told of a request, and by which means."""

    CLINIC_EMAIL = "clinic_email"
    PATIENT_EMAIL = "patient_email"
    CLINIC_WHATSAPP = "clinic_whatsapp"

    @property
    def to_clinic(self) -> bool:
        """Whether the clinic is told (and not the patient)."""
        return self is not DeliveryKind.PATIENT_EMAIL


class DeliveryState(str, Enum):
    """What became of one message about a request.

    KEPT: a file on this machine, because no mail server is configured; nobody has received it.
    CANCELLED: the request was erased.
    """

    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept"
    DEAD = "dead"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Consent:
    """What the patient agreed to, kept as a ledger.

    Attributes:
        notice_version: version of the privacy notice that was shown.
        consent_version: version of the consent text that was agreed to.
        language: in which both were shown, e.g. ``en``.
    """

    notice_version: str
    consent_version: str
    language: str
    given_at: datetime


@dataclass(frozen=True)
class NewRequest:
    """A request as the conversation hands it in.

    Attributes:
        conversation: sender id of the conversation; only a pseudonym of it is stored.
        form: id of this filling-in of the form, one for each start of the form.
        contact: phone number in E.164 for WhatsApp, else the e-mail address.
        concern: one of a short list of labels, never free text.
        preferred_time: one of a short list of labels, if any.
        channel: where the conversation was held: ``web``, ``whatsapp`` or ``rest``.
    """

    conversation: str = field(repr=False)
    form: str
    way: Way
    name: str = field(repr=False)
    contact: str = field(repr=False)
    concern: str = field(repr=False)
    preferred_time: str | None = field(repr=False)
    channel: str
    consent: Consent


@dataclass(frozen=True)
class RequestDetails:
    """What a message about a request is written from.

    The personal fields (name, contact, concern, preferred time) are empty once erased.
    """

    way: Way
    name: str = field(repr=False)
    contact: str = field(repr=False)
    concern: str = field(repr=False)
    preferred_time: str | None = field(repr=False)
    channel: str
    created_at: datetime


@dataclass(frozen=True)
class DeliveryStatus:
    """How one message about a request stands.

    Attributes:
        attempts: how often sending it was begun since it was last due from the start.
        last_problem: why it was not sent the last time, without personal data.
        arrival: what was heard of it after it was sent: delivered or read, where that is told.
    """

    kind: DeliveryKind
    state: DeliveryState
    attempts: int
    last_problem: str | None
    arrival: str | None = None


@dataclass(frozen=True)
class StoredRequest(RequestDetails):
    """A request as it is stored.

    Attributes:
        reference: short name of it for people, e.g. ``M-7K3F9Q``.
        claimed_by: member of staff who takes care of it, if any.
    """

    reference: str
    state: State
    updated_at: datetime
    claimed_by: str | None
    deliveries: tuple[DeliveryStatus, ...]
