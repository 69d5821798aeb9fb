"""How the messages about a request stand, in words for staff."""

from __future__ import annotations

from collections.abc import Sequence

from mesobot.consultation.request import (
    DeliveryKind,
    DeliveryState,
    DeliveryStatus,
    State,
    StoredRequest,
)

NAMES = {
    DeliveryKind.CLINIC_EMAIL: "e-mail to clinic",
    DeliveryKind.PATIENT_EMAIL: "e-mail to patient",
    DeliveryKind.CLINIC_WHATSAPP: "WhatsApp to staff",
}
_STATES = {
    DeliveryState.WAITING: "waits",
    DeliveryState.SENT: "sent",
    DeliveryState.KEPT: "kept here, sent to nobody",
    DeliveryState.DEAD: "FAILED",
    DeliveryState.CANCELLED: "cancelled",
}
_DONE = (State.CLOSED, State.ERASED)


def in_short(deliveries: Sequence[DeliveryStatus]) -> str:
    """All sent, or which ones are not; one phrase for a table."""
    if not deliveries:
        return "none"
    unsent = [each for each in deliveries if each.state is not DeliveryState.SENT]
    return "; ".join(f"{NAMES[each.kind]} {in_full(each)}" for each in unsent) or "sent"


def in_full(delivery: DeliveryStatus) -> str:
    """State, attempts and the last problem of one message, and whether it is known to have arrived."""
    text = _STATES[delivery.state]
    if delivery.state is DeliveryState.SENT and delivery.arrival:
        return f"{text}, {delivery.arrival}"
    if delivery.state in (DeliveryState.SENT, DeliveryState.KEPT) or not delivery.attempts:
        return text
    tried = f"{delivery.attempts} attempt{'s' if delivery.attempts > 1 else ''}"
    problem = f": {delivery.last_problem}" if delivery.last_problem else ""
    return f"{text} ({tried}{problem})"


def has_failed(request: StoredRequest) -> bool:
    """Whether a message was given up while the request still needs somebody."""
    given_up = any(each.state is DeliveryState.DEAD for each in request.deliveries)
    return given_up and request.state not in _DONE


def is_in_trouble(delivery: DeliveryStatus) -> bool:
    """Whether sending was tried, in vain so far."""
    tried_in_vain = delivery.state is DeliveryState.WAITING and delivery.attempts > 0
    return tried_in_vain or delivery.state is DeliveryState.DEAD
