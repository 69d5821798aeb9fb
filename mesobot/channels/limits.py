"""How often somebody may speak, or is spoken to: token buckets, one for each name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Monotonic = Callable[[], float]


@dataclass(frozen=True)
class Pace:
    """How fast a bucket fills and how much it holds.

    Attributes:
        a_minute: in the long run.
        at_once: after a pause.
    """

    a_minute: int
    at_once: int


class Bucket:
    """Full at first; each use takes one out.

    Args:
        pace: how fast it fills.
        clock: seconds that never go back.
    """

    def __init__(self, pace: Pace, clock: Monotonic = time.monotonic) -> None:
        self._pace = pace
        self._clock = clock
        self._left = float(pace.at_once)
        self._at = clock()

    def wait(self) -> float:
        """Seconds until it may be used; 0 if it may be used now."""
        now = self._clock()
        filled = self._left + (now - self._at) * self._pace.a_minute / 60
        self._left, self._at = min(float(self._pace.at_once), filled), now
        return max(0.0, (1 - self._left) * 60 / self._pace.a_minute)

    def take(self) -> float:
        """Use it if that is possible; otherwise the seconds until it is."""
        seconds = self.wait()
        if not seconds:
            self._left -= 1
        return seconds

    @property
    def is_full(self) -> bool:
        """Whether it is as good as new."""
        self.wait()
        return self._left >= self._pace.at_once


class Buckets:
    """One bucket for each name; those that are full again are forgotten."""

    def __init__(self, pace: Pace, clock: Monotonic = time.monotonic) -> None:
        """All of them have the same pace."""
        self._pace = pace
        self._clock = clock
        self._of: dict[str, Bucket] = {}

    def __len__(self) -> int:
        return len(self._of)

    def of(self, name: str) -> Bucket:
        """The bucket of that name."""
        return self._of.setdefault(name, Bucket(self._pace, self._clock))

    def move(self, old: str, new: str) -> None:
        """Give a name's bucket another name: a new name must not mean a full bucket."""
        if old in self._of:
            self._of[new] = self._of.pop(old)

    def forget_full(self) -> None:
        """Free the memory of names that have been quiet."""
        self._of = {name: bucket for name, bucket in self._of.items() if not bucket.is_full}


def take_all(*buckets: Bucket) -> float:
    """Use every bucket, or none; the seconds until all can be used, 0 if they were."""
    seconds = max(bucket.wait() for bucket in buckets)
    if not seconds:
        for bucket in buckets:
            bucket.take()
    return seconds
