"""How long the assistant takes to reply, inside its process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mesobot.evaluation.run import Entry, Outcome

_SLOWEST = 10


@dataclass(frozen=True)
class TimedTurn:
    """One held-out turn, and how long its reply took."""

    file: str
    text: str
    milliseconds: float


@dataclass(frozen=True)
class Speed:
    """Median and 95th percentile in milliseconds, and the ten slowest turns."""

    turns: int
    median: float
    p95: float
    slowest: tuple[TimedTurn, ...]


def speed_of(outcomes: Iterable[Outcome[Entry]]) -> Speed:
    """The speed over every turn; there must be one."""
    import numpy as np

    turns = [
        TimedTurn(outcome.entry.file, turn.user, turn.milliseconds)
        for outcome in outcomes
        for turn in outcome.turns
    ]
    median, p95 = np.percentile([turn.milliseconds for turn in turns], [50, 95])
    slowest = sorted(turns, key=lambda turn: -turn.milliseconds)[:_SLOWEST]
    return Speed(len(turns), round(float(median), 2), round(float(p95), 2), tuple(slowest))
