"""A delivery, a letterhead and a clock for the tests of what is sent and when."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.headerregistry import Address
from typing import Any
from zoneinfo import ZoneInfo

from mesobot.consultation.delivery.messages import Letterhead
from mesobot.consultation.outbox import Delivery, DeliveryKind
from mesobot.consultation.request import RequestDetails, Way

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=timezone.utc)  # a Wednesday, 13:00 in Istanbul
REFERENCE = "M-7K3F9Q"

HEAD = Letterhead(
    clinic="Mesotherapy Clinic",
    sender=Address("", "assistant", "clinic.com.tr"),
    inbox="inbox@clinic.com.tr",
    zone=ZoneInfo("Europe/Istanbul"),
    hours=None,
    whatsapp_link="https://wa.me/905431974320",
    emergency_number="112",
    emergency_country="Türkiye",
)


class TestClock:
    """Stands still unless it is moved."""

    __test__ = False

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def delivery(kind: DeliveryKind = DeliveryKind.CLINIC_EMAIL, **changes: Any) -> Delivery:
    """A first attempt for Ayşe, by e-mail; changes go to the delivery or to its request."""
    request = RequestDetails(
        way=Way.EMAIL,
        name="Ayşe Yılmaz",
        contact="ayse@patient.com",
        concern="pigment and dull skin",
        preferred_time="weekday mornings",
        channel="web",
        created_at=NOW,
    )
    ours = {name: changes.pop(name) for name in list(changes) if hasattr(request, name)}
    moment = ours.get("created_at", NOW)
    return Delivery(
        id=changes.pop("id", 1),
        kind=kind,
        reference=REFERENCE,
        message_id=changes.pop("message_id", "<1f2e@mesobot>"),
        attempts=changes.pop("attempts", 0),
        created_at=moment,
        lease="token",
        request=replace(request, **ours),
        **changes,
    )
