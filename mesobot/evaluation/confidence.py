"""What the confidence is worth: does it fit how often we are right, and where to cut it off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesobot.evaluation.proportion import Proportion, share_of

_BINS = 10
_STEPS = 101


@dataclass(frozen=True)
class Guess:
    """The likeliest topic of a message, whether or not it was answered.

    Attributes:
        confidence: of the leading topic.
        right: whether that topic is an accepted one.
        answers: whether it leads to an answer of its own, rather than to "that is not in my
            article".
    """

    confidence: float
    right: bool
    answers: bool


@dataclass(frozen=True)
class SweepPoint:
    """What ``answer_at`` would do, were it set to ``threshold``.

    Attributes:
        threshold: confidence from which a message is answered.
        coverage: in-scope messages that are answered.
        selective_accuracy: how many of these are answered right.
        off_topic_answered: off-topic messages that are answered, though they should not be.
    """

    threshold: float
    coverage: Proportion
    selective_accuracy: Proportion
    off_topic_answered: Proportion


@dataclass(frozen=True)
class ReliabilityBin:
    """Guesses with a confidence from ``low`` to ``high``."""

    low: float
    high: float
    mean_confidence: float
    right: Proportion


@dataclass(frozen=True)
class Calibration:
    """How confidence and being right go together.

    Attributes:
        bins: the ones that are not empty, by confidence.
        expected_error: mean distance of confidence and share right over the bins, weighted.
        brier: mean square of ``confidence - right``.
    """

    bins: tuple[ReliabilityBin, ...]
    expected_error: float
    brier: float


def sweep(in_scope: Sequence[Guess], off_topic: Sequence[Guess]) -> tuple[SweepPoint, ...]:
    """One point for each threshold 0.00, 0.01, …, 1.00."""

    def point(threshold: float) -> SweepPoint:
        def is_answered(guess: Guess) -> bool:
            return guess.answers and guess.confidence >= threshold

        return SweepPoint(
            threshold,
            coverage=share_of(map(is_answered, in_scope)),
            selective_accuracy=share_of(guess.right for guess in in_scope if is_answered(guess)),
            off_topic_answered=share_of(is_answered(g) and not g.right for g in off_topic),
        )

    return tuple(point(round(step / (_STEPS - 1), 2)) for step in range(_STEPS))


def calibrate(guesses: Sequence[Guess]) -> Calibration:
    """Calibration in ten bins of equal width.

    Raises:
        ValueError: if there are no guesses.
    """
    if not guesses:
        raise ValueError("without a guess there is nothing to calibrate")
    binned: list[list[Guess]] = [[] for _ in range(_BINS)]
    for guess in guesses:
        binned[min(int(guess.confidence * _BINS), _BINS - 1)].append(guess)
    bins = tuple(
        ReliabilityBin(
            low=number / _BINS,
            high=(number + 1) / _BINS,
            mean_confidence=sum(guess.confidence for guess in inside) / len(inside),
            right=share_of(guess.right for guess in inside),
        )
        for number, inside in enumerate(binned)
        if inside
    )
    distances = (abs(each.mean_confidence * each.right.total - each.right.hits) for each in bins)
    squares = ((guess.confidence - guess.right) ** 2 for guess in guesses)
    return Calibration(bins, sum(distances) / len(guesses), sum(squares) / len(guesses))
