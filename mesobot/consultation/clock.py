"""Where the time comes from, so that a test may bring its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

Clock = Callable[[], datetime]
"""Gives the present moment with its time zone."""


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(timezone.utc)
