"""Requests, and a clock set by hand, for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy.engine import Engine

from mesobot.consultation.clock import utc_now
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.outbox import Outbox
from mesobot.consultation.privacy import Privacy
from mesobot.consultation.request import Consent, DeliveryKind, NewRequest, Way
from mesobot.consultation.service import ConsultationService

GIVEN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = GIVEN_AT

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> None:
        self.now += timedelta(**time)


def a_request(**changes: Any) -> NewRequest:
    values: dict[str, Any] = {
        "conversation": "web-1",
        "form": "form-1",
        "way": Way.EMAIL,
        "name": "Ada Lovelace",
        "contact": "ada@lovelace.org",
        "concern": "pigment and dull skin",
        "preferred_time": "weekday mornings",
        "channel": "web",
        "consent": Consent("notice-1", "consent-1", "en", GIVEN_AT),
    }
    if changes.get("way") is Way.WHATSAPP:
        values["contact"] = "+905321234567"
    return NewRequest(**{**values, **changes})


def clinic_and_patient(request: NewRequest) -> Sequence[DeliveryKind]:
    if request.way is Way.EMAIL:
        return [DeliveryKind.CLINIC_EMAIL, DeliveryKind.PATIENT_EMAIL]
    return [DeliveryKind.CLINIC_EMAIL]


class Store:
    """The parts of the store on one database, with one clock."""

    def __init__(self, engine: Engine, sealer: Sealer | None = None, clock: Any = None) -> None:
        self.engine = engine
        self.sealer = sealer or Sealer()
        self.clock = clock or HandClock()
        parts = (engine, self.sealer, self.clock)
        self.service = ConsultationService(*parts, clinic_and_patient)
        self.outbox = Outbox(*parts)
        self.privacy = Privacy(*parts)

    @classmethod
    def in_real_time(cls, engine: Engine) -> Store:
        return cls(engine, clock=utc_now)

    def submit(self, **changes: Any) -> str:
        return self.service.submit(a_request(**changes)).reference

    def deliver_or_lose(self) -> None:
        """Sends and marks whatever is due, while others may erase it."""
        while deliveries := self.outbox.claim():
            self.outbox.sent(deliveries[0])

    def deliver_all(self) -> list[str]:
        """Sends whatever is due; the Message-IDs that went out."""
        sent = []
        while deliveries := self.outbox.claim(limit=10):
            for delivery in deliveries:
                assert self.outbox.sent(delivery)
                sent.append(delivery.message_id)
        return sent
