"""What the channel itself says to a patient when a message cannot be taken."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from math import ceil
from typing import Any

from mesobot.channels.apology import apology
from mesobot.channels.web.configuration import LONGEST_ACCEPTED
from mesobot.knowledge.clinic import Clinic


class Refusal(Enum):
    """Why a message was not taken; the values are the protocol's."""

    TOO_LONG = "too_long"
    EMPTY = "empty"
    RATE_LIMITED = "rate_limited"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"


def refused(why: Refusal, clinic: Clinic, wait: float = 0) -> dict[str, Any]:
    """The acknowledgement of a message that was not taken.

    Args:
        why: the reason.
        clinic: its emergency number and contacts are named.
        wait: seconds until it may be tried again.
    """
    seconds = ceil(wait)
    after = {"retry_after": seconds} if seconds else {}
    return {"ok": False, "error": why.value, **after, "text": _TEXTS[why](clinic, seconds)}


def _too_long(clinic: Clinic, _seconds: int) -> str:
    return (
        f"That is too long for me: {LONGEST_ACCEPTED} characters at most, please. "
        f"In an emergency call {clinic.emergency_number}."
    )


def _too_fast(clinic: Clinic, seconds: int) -> str:
    unit = "second" if seconds == 1 else "seconds"
    return (
        f"That was too fast for me. Please send it again in {seconds} {unit}. "
        f"In an emergency call {clinic.emergency_number}."
    )


_TEXTS: dict[Refusal, Callable[[Clinic, int], str]] = {
    Refusal.TOO_LONG: _too_long,
    Refusal.EMPTY: lambda _clinic, _seconds: "There was nothing in your message.",
    Refusal.RATE_LIMITED: _too_fast,
    Refusal.INVALID: lambda _clinic, _seconds: (
        "I could not read that message. Please reload the page and try again."
    ),
    Refusal.UNAVAILABLE: lambda clinic, _seconds: apology(clinic),
}
