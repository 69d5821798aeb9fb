"""Decides whether a message is about danger, from its wordings and from what was learned.

Either alone is enough when it is sure; together less of each is. A weak sign of an emergency
is *possible* danger: the reply then begins with what to do if it is happening, and answers
the question only for the case that it is not. Thresholds were set on out-of-fold beliefs over
the training examples and on a development set (docs/evaluation.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mesobot.safety.red_flags import Danger, RedFlag

_TRUSTED_WORDINGS = "en"
"""Of other languages the model has learned little: there a wording alone is enough."""


@dataclass(frozen=True)
class SafetyThresholds:
    """Beliefs in [0, 1] from which a danger counts.

    Attributes:
        sure: without any wording.
        sure_if_calm: the same when something speaks against danger here and now.
        with_wording: when a wording of the same danger is in the message.
        possible: from here on an emergency is possible.
        sentence: what a single sentence of a longer message must add to ``sure``.
    """

    sure: float
    sure_if_calm: float
    with_wording: float
    possible: float
    sentence: float


@dataclass(frozen=True)
class Assessment:
    """What was found: the danger if any, whether it is only possible, and how sure that is."""

    danger: Danger | None = None
    possible: bool = False
    belief: float = 0.0
    language: str | None = None


def assess(
    flags: Collection[RedFlag],
    beliefs: Sequence[Mapping[Danger, float]],
    thresholds: SafetyThresholds,
    calm: bool = False,
) -> Assessment:
    """The most serious danger that counts.

    Args:
        flags: what the wordings found.
        beliefs: how strongly the message, and then each of its sentences if there are
            several, resembles the examples of each danger.
        thresholds: from when on that counts.
        calm: whether something in the message speaks against danger here and now.
    """
    whole, parts = beliefs[0], beliefs[1:]
    foreign = next((flag for flag in flags if flag.language != _TRUSTED_WORDINGS), None)
    if foreign:
        return Assessment(foreign.danger, belief=1.0, language=foreign.language)
    worded = {flag.danger for flag in flags}
    for danger in Danger:  # most serious first
        highest = max((part.get(danger, 0.0) for part in parts), default=0.0)
        belief = max(whole.get(danger, 0.0), highest - thresholds.sentence)
        if danger in worded and belief >= thresholds.with_wording:
            return Assessment(danger, belief=belief)
        eased = calm and danger is Danger.EMERGENCY
        if belief >= (thresholds.sure_if_calm if eased else thresholds.sure):
            return Assessment(danger, belief=belief)
    highest = max((part.get(Danger.EMERGENCY, 0.0) for part in parts), default=0.0)
    belief = max(whole.get(Danger.EMERGENCY, 0.0), highest - thresholds.sentence)
    if belief >= thresholds.possible:
        return Assessment(Danger.EMERGENCY, possible=True, belief=belief)
    return Assessment()
