"""Reads what is said after an alarm: is it taken back, or can no help be had?

Saying wrongly that all is well is the dearest mistake here, so taking an alarm back needs a
higher score than any other topic. "Nobody picks up" means something else without an alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mesobot.nlu.decision import Rank
from mesobot.nlu.follow_ups import Context
from mesobot.nlu.questions import pieces, sentences, text_of
from mesobot.nlu.rankings import Rankings
from mesobot.nlu.topic_model import Ranked
from mesobot.safety.red_flags import Danger

_TAKEN_BACK = "not_in_danger"
_TAKEN_BACK_AT = 0.5
_NO_HELP = "cannot_get_help"
_DANGERS = frozenset(danger.value for danger in Danger)
_MOST_PARTS = 8


@dataclass(frozen=True)
class ReadOn:
    """How to read the rest of a message.

    Attributes:
        all_clear: whether it takes an alarm back.
        context: what its questions may lean on: not on an alarm that was taken back.
        rank: the topics that it may be about.
    """

    all_clear: bool
    context: Context | None
    rank: Rank


def read_after(document: Any, rank: Rankings, context: Context | None) -> ReadOn:
    """How to read a message that speaks of no danger itself.

    Args:
        document: the message as a spaCy document.
        rank: topics of its parts.
        context: what was answered before, if anything was.
    """
    alarmed = context is not None and context.topic in _DANGERS
    all_clear = alarmed and _takes_back(document, rank)
    left_out = set() if alarmed else {_NO_HELP}
    if alarmed and not all_clear:
        left_out.add(_TAKEN_BACK)

    def topics(part: str) -> list[Ranked]:
        return [ranked for ranked in rank.topics(part) if ranked.topic not in left_out]

    return ReadOn(all_clear, None if all_clear else context, topics)


def _takes_back(document: Any, rank: Rankings) -> bool:
    parts = [document.text, *sentences(document)[:_MOST_PARTS]]
    parts += [text_of([piece]) for piece in pieces(document, _MOST_PARTS)]
    rank.ahead(parts)
    best = (rank.topics(part)[0] for part in parts)
    return any(ranked.topic == _TAKEN_BACK and ranked.score >= _TAKEN_BACK_AT for ranked in best)
