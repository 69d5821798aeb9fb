"""The best way to cut a message into questions, by dynamic programming.

Every stretch of one or two neighbouring pieces, and the whole message, is ranked by the
topic model. A stretch is worth how far its best topic's score lies above ``_WORTH_FROM``, more
if the whole message is about that topic too, and less if it asks more than once;
of all ways to choose stretches that do not overlap, the one worth most wins, and the pieces
between them (life stories, "hi") are left out. So a message is only cut when its parts are
clearer than the whole. The figures were set on development messages (docs/evaluation.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mesobot.nlu.questions import Piece, text_of
from mesobot.nlu.topic_model import Ranked

_WORTH_FROM = 0.5
_ASKS = 0.1
"""Worth of having the form of a question; a statement beside one is worth less by as much."""
_ASKS_AGAIN = 0.1
"""Price of each further piece of a stretch that has it: most likely another question."""
_EACH_MORE = 0.05
"""Price of each question after the first."""
_WHOLE_WEIGHT = 0.3
_WHOLE_FROM, _WHOLE_UP_TO = 0.1, 0.4
"""Belief of the whole message in the stretch's topic: this much of it speaks for neither."""
_LONGEST = 2
"""Pieces in one stretch, unless it is the whole message."""


@dataclass(frozen=True)
class Stretch:
    """Pieces ``begin`` to ``end`` (exclusive), their text and topics, most likely first."""

    begin: int
    end: int
    text: str
    ranking: tuple[Ranked, ...]

    @property
    def topic(self) -> str:
        """The most likely one."""
        return self.ranking[0].topic


@dataclass(frozen=True)
class _Cut:
    worth: float
    stretches: tuple[Stretch, ...]


def spans(pieces: int) -> list[tuple[int, int]]:
    """Where the stretches of so many pieces begin and end."""
    return [(begin, end) for end in range(1, pieces + 1) for begin in _begins(end, pieces)]


def cut(
    pieces: Sequence[Piece], rank: Callable[[str], Sequence[Ranked]], asks_nothing: Sequence[str]
) -> tuple[Stretch, ...]:
    """The stretches that stand for one question each, in order; often one, maybe none.

    Args:
        pieces: of the message, in order.
        rank: topics of a text, most likely first.
        asks_nothing: topics that make no question of a stretch.
    """
    best = [_Cut(0.0, ())]
    somebody_asks = any(piece.asks for piece in pieces)
    whole = {ranked.topic: ranked.belief for ranked in rank(text_of(pieces))}
    for end in range(1, len(pieces) + 1):
        options = [best[end - 1]]
        for begin in _begins(end, len(pieces)):
            text = text_of(pieces[begin:end])
            stretch = Stretch(begin, end, text, tuple(rank(text)))
            asked = sum(piece.asks for piece in pieces[begin:end])
            worth = _worth(stretch, asked, somebody_asks, whole.get(stretch.topic, 0.0))
            if worth > 0 and stretch.topic not in asks_nothing:
                options.append(_add(best[begin], stretch, worth))
        best.append(max(options, key=lambda option: option.worth))
    return best[-1].stretches


def _worth(stretch: Stretch, asked: int, somebody_asks: bool, believed: float) -> float:
    worth = stretch.ranking[0].score - _WORTH_FROM
    worth += _WHOLE_WEIGHT * (min(believed, _WHOLE_UP_TO) - _WHOLE_FROM)
    if asked:
        return worth + _ASKS - _ASKS_AGAIN * (asked - 1)
    return worth - _ASKS if somebody_asks else worth


def _begins(end: int, pieces: int) -> list[int]:
    """Where the stretches begin that end there; the whole message is the first of the last."""
    whole = [0] if end == pieces > _LONGEST else []
    return [*whole, *range(max(0, end - _LONGEST), end)]


def _add(before: _Cut, stretch: Stretch, worth: float) -> _Cut:
    """A further question; the same topic again is none."""
    if any(stretch.topic == known.topic for known in before.stretches):
        return before
    price = _EACH_MORE if before.stretches else 0.0
    return _Cut(before.worth + worth - price, (*before.stretches, stretch))
