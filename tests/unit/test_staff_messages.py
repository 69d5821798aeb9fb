"""How one message about a request stands, in words for staff."""

import pytest

from mesobot.consultation.request import DeliveryKind, DeliveryState, DeliveryStatus
from mesobot.staff.messages import in_full, in_short

WHATSAPP = DeliveryKind.CLINIC_WHATSAPP


@pytest.mark.parametrize(
    ("state", "attempts", "problem", "arrival", "text"),
    [
        (DeliveryState.SENT, 1, None, None, "sent"),
        (DeliveryState.SENT, 1, None, "delivered", "sent, delivered"),
        (DeliveryState.SENT, 1, None, "read", "sent, read"),
        (DeliveryState.DEAD, 1, "error 131026", "failed", "FAILED (1 attempt: error 131026)"),
    ],
)
def test_a_message_stands(
    state: DeliveryState, attempts: int, problem: str | None, arrival: str | None, text: str
) -> None:
    status = DeliveryStatus(WHATSAPP, state, attempts, problem, arrival)
    assert in_full(status) == text
    assert in_short([status]).endswith("sent" if state is DeliveryState.SENT else text)
