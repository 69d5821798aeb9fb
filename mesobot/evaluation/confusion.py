"""Which topics are told apart, and which are taken for each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mesobot.evaluation.proportion import Proportion, proportion

Judged = tuple[str, str]
"""The topic that was asked for, and the one that was understood."""


@dataclass(frozen=True)
class TopicFigures:
    """One topic: ``recall`` of the questions that ask for it, ``precision`` of its answers."""

    topic: str
    recall: Proportion
    precision: Proportion


@dataclass(frozen=True)
class Confusion:
    """How often questions for one topic were understood as another."""

    asked: str
    understood: str
    count: int


def figures_by_topic(judged: Sequence[Judged]) -> tuple[TopicFigures, ...]:
    """Every topic that was asked for or understood, in alphabetical order."""
    asked = Counter(topic for topic, _ in judged)
    understood = Counter(topic for _, topic in judged)
    right = Counter(topic for topic, other in judged if topic == other)
    return tuple(
        TopicFigures(
            topic,
            recall=proportion(right[topic], asked[topic]),
            precision=proportion(right[topic], understood[topic]),
        )
        for topic in sorted({*asked, *understood})
    )


def confusion_matrix(judged: Iterable[Judged]) -> tuple[Confusion, ...]:
    """The cells of the confusion matrix that are not empty, the diagonal included."""
    return tuple(Confusion(*pair, count) for pair, count in sorted(Counter(judged).items()))
