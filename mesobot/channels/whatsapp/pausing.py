"""When replies may go out: after some failures all of them wait, and then one goes first.

A refused token or account is refused for every reply. While patients wait, a single reply is tried
now and then; the others follow once it was accepted. Each process finds out for itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mesobot.consultation.clock import Clock

_LOOK_AGAIN = timedelta(seconds=2)
"""For those that wait while one is tried."""


class Pauses:
    """Lets everything wait, or all but one.

    Attributes:
        in_a_row: how many pauses there were since a reply was accepted.
    """

    def __init__(self, clock: Clock) -> None:
        """Nothing waits at first."""
        self.in_a_row = 0
        self._clock = clock
        self._until: datetime | None = None
        self._refused = False
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether any reply may go out."""
        return not self._refused and (self._until is None or self._until <= self._clock())

    def opens_at(self, now: datetime) -> datetime:
        """When a reply may go out, as far as is known; that is ``now`` if it may do so now."""
        opens = max(now, self._until or now)
        return now + _LOOK_AGAIN if self._trying and opens <= now else opens

    def enter(self) -> bool:
        """Go out now; True for the one that is tried first: ``leave`` has to follow."""
        if not self._refused:
            return False
        self._trying = True
        return True

    def leave(self) -> None:
        """The one that was tried has come back, whatever happened to it."""
        self._trying = False

    def begin(self, until: datetime, *, refused: bool) -> bool:
        """Let everything wait until then.

        Args:
            until: at least.
            refused: whether one has to be accepted before the others go.

        Returns:
            Whether this is a new pause: the first of several that fail together speaks for all.
        """
        now = self._clock()
        is_new = self._until is None or self._until <= now
        self.in_a_row += is_new
        self._until = max(self._until or until, until)
        self._refused = self._refused or refused
        return is_new

    def end(self) -> None:
        """The platform heard us: what was refused before is not refused any more."""
        self.in_a_row = 0
        self._refused = False
