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
class Level:
    """Beliefs in [0, 1] from which one danger counts.

    Attributes:
        sure: without any wording.
        with_wording: when a wording of that danger is in the message.
    """

    sure: float
    with_wording: float


@dataclass(frozen=True)
class SafetyThresholds:
    """When a danger counts.

    Attributes:
        levels: one for each danger.
        sure_if_calm: for an emergency when something speaks against danger here and now.
        possible: belief from which an emergency is possible.
        sentence: what a single sentence of a longer message must add to all of these (half
            as much for ``possible``, which costs a patient least).
    """

    levels: Mapping[Danger, Level]
    sure_if_calm: float
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
        level = thresholds.levels[danger]
        if danger in worded and belief >= level.with_wording:
            return Assessment(danger, belief=belief)
        eased = calm and danger is Danger.EMERGENCY
        if belief >= (thresholds.sure_if_calm if eased else level.sure):
            return Assessment(danger, belief=belief)
    highest = max((part.get(Danger.EMERGENCY, 0.0) for part in parts), default=0.0)
    belief = max(whole.get(Danger.EMERGENCY, 0.0), highest - thresholds.sentence / 2)
    if belief >= thresholds.possible:
        return Assessment(Danger.EMERGENCY, possible=True, belief=belief)
    return Assessment()
