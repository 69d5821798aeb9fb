"""What a patient wrote, as it waits for an answer, and what is answered together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from mesobot.chats.whatsapp.people import Address, Person


@dataclass(frozen=True)
class Incoming:
    """A message as the platform delivered it.

    Attributes:
        id: the platform's.
        sent_at: when it was written.
        content: what is needed to answer it; None if there is nothing to answer.
        urgent: whether it must not wait for what else its sender may be writing.
    """

    id: str = field(repr=False)
    address: Address
    sent_at: datetime
    content: Mapping[str, Any] | None = field(repr=False)
    urgent: bool = False


@dataclass(frozen=True)
class Received:
    """A message that waits for its answer."""

    row: int
    sent_at: datetime
    content: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Turn:
    """Messages of one person that are answered together by whoever claimed them.

    Attributes:
        id: the same each time this turn is begun.
        again: whether it was begun before, by a process that did not finish.
    """

    id: str
    person: Person
    messages: tuple[Received, ...]
    again: bool
    lease: str


class Outcome(Enum):
    """What became of an answer: kept, forgotten with its person, or somebody else's by now."""

    KEPT = "kept"
    FORGOTTEN = "forgotten"
    LOST = "lost"


@dataclass(frozen=True)
class Burst:
    """How long to wait for more messages of somebody who is still writing.

    Attributes:
        quiet: without another message.
        longest: since the first one.
    """

    quiet: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(seconds=4)


USUAL_BURST = Burst()
Together = Callable[[Sequence[Mapping[str, Any]]], int]
"""How many messages, of those that wait, are answered together, beginning with the first."""
