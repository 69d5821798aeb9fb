"""When a message that could not be delivered is tried again, and when it is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesobot.consultation.outbox import Delivery

_LARGEST_EXPONENT = 20


@dataclass(frozen=True)
class Retrying:
    """Exponential backoff with full jitter, so that a backlog does not return all at once.

    Attributes:
        base: longest wait after the first attempt; it doubles with each.
        longest: no wait grows beyond this.
        shortest: no wait is shorter, whatever the dice say.
        misconfigured: wait while our own settings are at fault.
        attempts: given up after at least so many attempts ...
        age: ... and not before the message is so old: an outage over a weekend ends well.
    """

    base: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=1)
    shortest: timedelta = timedelta(seconds=1)
    misconfigured: timedelta = timedelta(minutes=15)
    attempts: int = 72
    age: timedelta = timedelta(days=3)

    def wait(
        self, attempts: int, random: Callable[[], float], asked: timedelta | None = None
    ) -> timedelta:
        """How long to wait.

        Args:
            attempts: attempts before the one that failed now.
            random: gives numbers from 0 to 1.
            asked: what the other side asked for; never less than that.
        """
        if asked is not None:
            return max(asked, self.shortest) + self.base * random()
        ceiling = min(self.longest, self.base * (1 << min(attempts, _LARGEST_EXPONENT)))
        return max(ceiling * random(), self.shortest)

    def exhausted(self, delivery: Delivery, now: datetime) -> bool:
        """Whether the attempt that failed now was the last one."""
        return delivery.attempts + 1 >= self.attempts and now - delivery.created_at >= self.age
