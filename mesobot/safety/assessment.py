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
        sure_if_calm: for an emergency when something speaks against danger here and now; for any
            danger in another language, or in a few words to a form.
        possible: belief from which an emergency is possible ...
        possible_with_wording: ... and when a wording of one is in the message.
        sentence: what a single sentence of a longer message must add to all of these (a
            quarter of it for ``possible``, which costs a patient least, nothing with a wording,
            and a quarter for what is left without plain questions).
    """

    levels: Mapping[Danger, Level]
    sure_if_calm: float
    possible: float
    possible_with_wording: float
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
    *,
    calm: bool = False,
    foreign: bool = False,
    answering: bool = False,
) -> Assessment:
    """The most serious danger that counts.

    Args:
        flags: what the wordings found.
        beliefs: how strongly the message, and then each of its sentences if there are
            several, resembles the examples of each danger.
        thresholds: from when on that counts.
        calm: whether something in the message speaks against danger here and now.
        foreign: whether it is in another language, of which all wordings are known.
        answering: whether it is a word or two in answer to a question of a form. A name ("Mrs
            Moreau", "Hope") is like nothing that was learned, and so a little like anything: it is
            taken, and an emergency stays possible.
    """
    worded_elsewhere = next((flag for flag in flags if flag.language != _TRUSTED_WORDINGS), None)
    if worded_elsewhere:
        return Assessment(worded_elsewhere.danger, belief=1.0, language=worded_elsewhere.language)
    worded = {flag.danger for flag in flags}
    believed = {danger: _belief(danger, beliefs, thresholds.sentence) for danger in Danger}
    emergency = _belief(Danger.EMERGENCY, beliefs, thresholds.sentence / 4)
    possible = emergency >= thresholds.possible
    for danger, belief in believed.items():  # most serious first
        level = thresholds.levels[danger]
        eased = foreign or answering or (calm and danger is Danger.EMERGENCY)
        sure = belief >= (thresholds.sure_if_calm if eased else level.sure)
        if sure or (danger in worded and belief >= level.with_wording):
            # Of two dangers that share the belief the more serious one is meant.
            as_likely = believed[Danger.EMERGENCY] > belief or Danger.EMERGENCY in worded
            graver = possible and as_likely and not (calm or foreign)
            return Assessment(Danger.EMERGENCY if graver else danger, belief=belief)
    hint = _belief(Danger.EMERGENCY, beliefs, 0.0)
    hinted = Danger.EMERGENCY in worded and hint >= thresholds.possible_with_wording
    if possible or hinted:
        return Assessment(Danger.EMERGENCY, possible=True, belief=emergency)
    return Assessment()


def _belief(danger: Danger, beliefs: Sequence[Mapping[Danger, float]], margin: float) -> float:
    """Of the whole message, or of a sentence of it less the margin."""
    of_sentences = (sentence.get(danger, 0.0) - margin for sentence in beliefs[1:])
    return max([beliefs[0].get(danger, 0.0), *of_sentences])
