"""From a ranking of topics to what the assistant does with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mesobot.nlu.topic_model import Ranked

Rank = Callable[[str], list[Ranked]]
"""A topic model at work: all topics of a text, most likely first."""

NOT_UNDERSTOOD = "nlu_fallback"
OFF_TOPIC = "out_of_scope"


@dataclass(frozen=True)
class Thresholds:
    """When to answer; all scores in [0, 1].

    Attributes:
        answer_at: the best topic answers from this score on.
        suggest_at: from here on a topic is offered as "did you mean".
    """

    answer_at: float
    suggest_at: float


@dataclass(frozen=True)
class Decision:
    """The topic to act on, and the topics to offer when we are not sure.

    ``follow_up`` names the kind of follow-up when the topic came from what was said before.
    """

    topic: str
    confidence: float
    suggestions: tuple[str, ...] = ()
    follow_up: str | None = None


def decide(ranking: Sequence[Ranked], thresholds: Thresholds) -> Decision:
    """Choose what to do with a ranking (best first, at least one entry)."""
    best = ranking[0]
    if best.score >= thresholds.answer_at or best.topic == OFF_TOPIC:
        return Decision(best.topic, best.score)
    close = tuple(
        ranked.topic
        for ranked in ranking[:2]
        if ranked.score >= thresholds.suggest_at and ranked.topic != OFF_TOPIC
    )
    return Decision(NOT_UNDERSTOOD, best.score, close)
