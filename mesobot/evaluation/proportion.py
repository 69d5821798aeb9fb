"""A share of something counted, with what is known about it from so few cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CERTAINTY = 0.95


@dataclass(frozen=True)
class Proportion:
    """``hits`` of ``total``.

    Attributes:
        hits: how many.
        total: of how many.
        share: ``hits / total``; None of nothing.
        low: lower end of the exact 95 % interval (Clopper & Pearson 1934).
        high: its upper end.
    """

    hits: int
    total: int
    share: float | None
    low: float
    high: float


def proportion(hits: int, total: int) -> Proportion:
    """``hits`` of ``total`` with its interval; of nothing, everything from 0 to 1 is possible.

    Raises:
        ValueError: if there are fewer than no hits, or more than there are cases.
    """
    from scipy.stats import beta

    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total} is no proportion")
    tail = (1 - CERTAINTY) / 2
    low = float(beta.ppf(tail, hits, total - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, total - hits)) if hits < total else 1.0
    return Proportion(hits, total, hits / total if total else None, low, high)


def share_of(cases: Iterable[bool]) -> Proportion:
    """How many of the cases are true."""
    known = list(cases)
    return proportion(sum(known), len(known))
