"""From a ranking of topics to what the assistant does with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesobot.nlu.topic_model import Ranked

NOT_UNDERSTOOD = "nlu_fallback"
OFF_TOPIC = "out_of_scope"


@dataclass(frozen=True)
class Thresholds:
    """When to answer; all scores in [0, 1].

    Attributes:
        answer_at: the best topic answers from this score on.
        suggest_at: from here on a topic is offered as "did you mean".
        serious: topics where a miss is worse than a false alarm.
        serious_margin: how far behind the best topic a serious one still wins.
    """

    answer_at: float
    suggest_at: float
    serious: frozenset[str]
    serious_margin: float


@dataclass(frozen=True)
class Decision:
    """The topic to act on, and the topics to offer when we are not sure."""

    topic: str
    confidence: float
    suggestions: tuple[str, ...] = ()


def decide(ranking: Sequence[Ranked], thresholds: Thresholds) -> Decision:
    """Choose what to do with a ranking (best first, at least one entry)."""
    best = ranking[0]
    for candidate in ranking:
        if candidate.score < best.score - thresholds.serious_margin:
            break
        if candidate.topic in thresholds.serious and candidate.score >= thresholds.suggest_at:
            return Decision(candidate.topic, candidate.score)
    if best.score >= thresholds.answer_at or best.topic == OFF_TOPIC:
        return Decision(best.topic, best.score)
    close = tuple(
        ranked.topic
        for ranked in ranking[:2]
        if ranked.score >= thresholds.suggest_at and ranked.topic != OFF_TOPIC
    )
    return Decision(NOT_UNDERSTOOD, best.score, close)
