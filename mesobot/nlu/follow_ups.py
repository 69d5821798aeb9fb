"""Reads a short question together with what was said before it.

"Is that normal?" means nothing alone. Ranked together with the question before it, it is
understood like any other; what must be known here is only *when* to do so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mesobot.nlu.decision import NOT_UNDERSTOOD, OFF_TOPIC, Decision, Rank, Thresholds
from mesobot.nlu.topic_model import Ranked
from mesobot.safety.red_flags import Danger

FOLLOW_UP = "follow_up/"
"""How the names of the follow-up intents begin."""
AGAIN = "follow_up/again"
WHY = "follow_up/why"
MORE = "follow_up/more"
DOUBT = "follow_up/doubt"
ELLIPTICAL = "follow_up/elliptical"
_BACK = (AGAIN, WHY, MORE, DOUBT)
"""These come back to the answer itself."""

_CORRECTION = re.compile(
    r"^\s*(?:(?:no+|nope|nah|sorry|oops|er|um|hey|dude|wrong|excuse me|actually"
    r"|(?:you(?:'ve| have)?|u) mis(?:understood|understand|read)(?: me)?"
    r"|(?:that'?s |thats )?not what i (?:asked|meant))\b[\s,.!:;-]*)*"
    r"(?:(?:(?:i|we)(?:'m| am| was)?\s+)?(?:just\s+)?"
    r"(?:meant?|mean to (?:ask|say)|asking|asked|talking)\b(?:\s+(?:about|for))?)[\s,:]+(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_REJECTION = re.compile(
    r"^\s*(?:(?:no+|nope|nah|sorry)\b[\s,.!:;-]*)*"
    r"not\s+(?!sure|bad|yet|now|really|only|too|so|if|when|at\b)(?:\w[\w' ]{0,40}?)[,.!;:]+\s*(?P<rest>\w.*)$",
    re.IGNORECASE | re.DOTALL,
)
_LEANS = re.compile(
    r"^\W*(?:and|or|also|even|n|&|then|with|for|but|so|what about|how about|what if)\b"
    r"|\b(?:it|its|that|this|these|those|them|they|there|one|ones|then|same)\b",
    re.IGNORECASE,
)
_WHY_NOT = re.compile(r"^\W*(?:but |and )?why not\W*$", re.IGNORECASE)
_SHORT = 10
"""Words of a message that may lean on the one before it."""
_DANGERS = frozenset(danger.value for danger in Danger)
_OWN_WORDS = 0.4
_CLEAR_AT = 0.6
"""Score from which a short message is understood without the one before it."""
_CLEARER_BY = 0.15


@dataclass(frozen=True)
class Context:
    """What a follow-up refers to.

    Attributes:
        topic: full name of the topic answered last, e.g. ``faq/pain``.
        question: what was asked, in the patient's words if they asked, else its label.
    """

    topic: str
    question: str


def correction(text: str) -> str | None:
    """What a patient says they meant: "no, I meant the results", "not the pain, the bruises"."""
    match = _CORRECTION.match(text) or _REJECTION.match(text)
    return match["rest"].strip() if match else None


def rejects(text: str) -> bool:
    """Whether a message puts what was understood aside: "not the pain, the bruises"."""
    return _REJECTION.match(text) is not None


def in_context(
    text: str,
    alone: Decision,
    rank: Rank,
    thresholds: Thresholds,
    context: Context,
) -> Decision:
    """What a message means after ``context``, given what it would mean alone."""
    if context.topic in _DANGERS:
        return _after_danger(text, alone, context)
    return _after_answer(text, alone, rank, thresholds, context)


def _after_danger(text: str, alone: Decision, context: Context) -> Decision:
    """After a danger sign no other topic may answer "is that normal?"."""
    leans = alone.topic in _BACK or _may_lean(text, alone)
    return Decision(context.topic, 1.0, follow_up=ELLIPTICAL) if leans else alone


def _after_answer(
    text: str, alone: Decision, rank: Rank, thresholds: Thresholds, context: Context
) -> Decision:
    # "Why not?" alone reads like "yes".
    back = WHY if _WHY_NOT.match(text) else alone.topic
    if back in _BACK:
        return Decision(context.topic, alone.confidence, follow_up=back)
    corrected = _corrected(text, rank, context)
    if corrected and corrected.score >= thresholds.suggest_at:
        return Decision(corrected.topic, corrected.score, follow_up=ELLIPTICAL)
    if not _may_lean(text, alone):
        return alone
    best = _best_after(context, text, rank)
    if alone.topic == ELLIPTICAL:
        topic = best.topic if best.score >= thresholds.answer_at else context.topic
        return Decision(topic, best.score, follow_up=ELLIPTICAL)
    if best.score >= max(thresholds.answer_at, alone.confidence + _CLEARER_BY):
        return Decision(best.topic, best.score, follow_up=ELLIPTICAL)
    return alone


def _corrected(text: str, rank: Rank, context: Context) -> Ranked | None:
    """The best topic for what a patient says they meant, other than the one answered."""
    meant = correction(text)
    if not meant:
        return None
    after = [r for r in _rank_after(context, meant, rank) if r.topic != context.topic]
    direct = [r for r in rank(meant) if not r.topic.startswith(FOLLOW_UP)]
    likely = [r for r in (after[0], direct[0]) if r.topic != OFF_TOPIC]
    return max(likely, key=lambda ranked: ranked.score, default=None)


def is_short(text: str) -> bool:
    """Whether a message is so short that it may lean on what was said before it."""
    return len(text.split()) <= _SHORT


def _may_lean(text: str, alone: Decision) -> bool:
    if alone.topic == ELLIPTICAL:
        return True
    if not is_short(text) or alone.confidence >= _CLEAR_AT:
        return False
    return alone.topic in (NOT_UNDERSTOOD, OFF_TOPIC) or bool(_LEANS.search(text))


def _best_after(context: Context, text: str, rank: Rank) -> Ranked:
    """The topic of the message after the question, with some weight on its own words.

    "And how far apart?" is about intervals, though the question before it, being longer,
    would draw both together to its own topic.
    """
    own = {r.topic: r.score for r in rank(text)}
    return max(
        _rank_after(context, text, rank),
        key=lambda r: (1 - _OWN_WORDS) * r.score + _OWN_WORDS * own.get(r.topic, 0.0),
    )


def _rank_after(context: Context, text: str, rank: Rank) -> list[Ranked]:
    """Topics of the message read after the question, without the follow-up intents."""
    ranking = rank(f"{context.question.rstrip(' ?!.')}? {text}")
    return [ranked for ranked in ranking if not ranked.topic.startswith(FOLLOW_UP)]
