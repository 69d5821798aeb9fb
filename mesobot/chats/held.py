"""Conversations in memory: the latest ones, and what the database has not been told yet."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

_MOST = 500
_LONGEST = 30 * 60
"""Seconds that a conversation is held after its last message, unless it is still to be written."""


@dataclass
class Held:
    """One conversation.

    Attributes:
        events: as far as they are known, in order.
        unwritten: events that the database has not got, one list for each time they were saved.
        is_from_database: whether ``events`` began with what the database had.
        used_at: when it was last used.
    """

    events: list[Event] = field(default_factory=list)
    unwritten: list[list[Event]] = field(default_factory=list)
    is_from_database: bool = False
    used_at: float = 0.0

    @property
    def is_known_to_database(self) -> bool:
        """Whether the database had something of it when it was read, or got something since."""
        return len(self.events) > sum(map(len, self.unwritten))

    def add(self, tracker: DialogueStateTracker) -> list[Event]:
        """Take over what the conversation has come to; returns what is new."""
        new = list(tracker.events)[len(self.events) :]
        self.events += new
        return new

    def tracker(self, sender: str, domain: Domain) -> DialogueStateTracker | None:
        """The conversation as Rasa works with it, or None if nothing is known of it."""
        if not self.events:
            return None
        return DialogueStateTracker.from_events(sender, self.events, domain.slots)


class Memory:
    """The conversations held, by their sender; the ones not used for the longest time go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._clock = clock

    def of(self, sender: str) -> Held:
        """What is held of a conversation; it counts as used."""
        return self.put(sender, self._held.get(sender) or Held())

    def put(self, sender: str, held: Held) -> Held:
        """Hold that of a conversation."""
        held.used_at = self._clock()
        self._held[sender] = held
        self._held.move_to_end(sender)
        self._let_go(held.used_at)
        return held

    def forget(self, sender: str) -> None:
        """Hold nothing of a conversation any more: it was erased."""
        self._held.pop(sender, None)

    def unwritten(self) -> dict[str, Held]:
        """The conversations that the database has not got whole."""
        return {sender: held for sender, held in self._held.items() if held.unwritten}

    def _let_go(self, now: float) -> None:
        while len(self._held) > _MOST:
            self._held.popitem(last=False)
        for sender, held in list(self._held.items()):
            if now - held.used_at < _LONGEST:
                break
            if not held.unwritten:
                del self._held[sender]
