"""Questions that got no answer, grouped, masked, and as lines to paste into a topic's file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from mesobot.insight.grouping import Encode, group_alike
from mesobot.insight.masking import Masker, has_marks, without_marks
from mesobot.insight.turns import Missed, Turn
from mesobot.knowledge.topics import Topic
from mesobot.nlu.topic_model import normalise

QUOTED = 140
"""Longer questions tell a story, and a story tells who wrote it: they are counted, not quoted."""
NEAR_FROM = 0.25
"""Score from which a topic is named as one that a question may belong to; below that the best
topic of an arbitrary text already is."""
_MOST_WORDINGS = 6
_FEWEST_LETTERS = 3
_ENTITY = re.compile(r"[\[\]]")
"""Rasa reads ``[text](entity)`` in an example."""


@dataclass(frozen=True)
class Wording:
    """How a question was asked, masked; ``count`` is how often.

    Attributes:
        line: as an example to paste; None if something in it is masked or it is one already.
    """

    text: str
    count: int
    line: str | None


@dataclass(frozen=True)
class MissedGroup:
    """Questions that mean nearly the same.

    Attributes:
        people: how many senders asked one of them.
        times: how often.
        understood: whether most were understood, and the article says nothing about it.
        wordings: the most telling first; none if too few people asked.
        topic: id of the topic that they may belong to, or None if none is near.
    """

    people: int
    times: int
    understood: bool
    wordings: tuple[Wording, ...] = field(repr=False)
    topic: str | None

    @property
    def lines(self) -> tuple[str, ...]:
        """Examples to paste, without what is masked."""
        return tuple(wording.line for wording in self.wordings if wording.line)


@dataclass(frozen=True)
class MissedQuestions:
    """All questions of a period that got no answer.

    Attributes:
        groups: those of at least ``fewest`` people, most people first.
        alone: how many questions are in groups of fewer people; they are not quoted.
        fewest: people who must have asked before anything is quoted.
        compared: whether the encoder grouped them; otherwise only equal ones are together.
    """

    groups: tuple[MissedGroup, ...]
    alone: int
    fewest: int
    compared: bool

    @property
    def times(self) -> int:
        """How many questions there were."""
        return self.alone + sum(group.times for group in self.groups)


class Collector:
    """Groups and masks.

    Args:
        masker: masks what is quoted.
        encode: of the sentence encoder, None without one.
        topics: the topics of the article by id.
    """

    def __init__(self, masker: Masker, encode: Encode | None, topics: dict[str, Topic]) -> None:
        self._masker = masker
        self._encode = encode
        self._topics = topics
        self._examples = {normalise(line) for topic in topics.values() for line in topic.examples}

    def collect(self, turns: Iterable[Turn], fewest: int) -> MissedQuestions:
        """The unanswered questions of some turns.

        Args:
            turns: of a period.
            fewest: people who must have asked one before it is quoted, 1 or more.
        """
        asked = [(turn.sender, missed) for turn in turns for missed in turn.missed]
        places = group_alike([missed.text for _, missed in asked], self._encode)
        groups, alone = [], 0
        for group in places:
            people = {asked[place][0] for place in group}
            if len(people) < fewest:
                alone += len(group)
            else:
                groups.append(self._group(len(people), [asked[place][1] for place in group]))
        groups.sort(key=lambda group: (-group.people, -group.times))
        return MissedQuestions(tuple(groups), alone, fewest, self._encode is not None)

    def _group(self, people: int, questions: Sequence[Missed]) -> MissedGroup:
        return MissedGroup(
            people=people,
            times=len(questions),
            understood=sum(q.understood for q in questions) * 2 > len(questions),
            wordings=self._wordings(q.text for q in questions if len(q.text) <= QUOTED),
            topic=self._nearest(questions),
        )

    def _wordings(self, texts: Iterable[str]) -> tuple[Wording, ...]:
        counts: dict[str, int] = defaultdict(int)
        shown: dict[str, str] = {}
        for text in texts:
            masked = self._masker.mask(text)
            if sum(map(str.isalpha, without_marks(masked))) < _FEWEST_LETTERS:
                continue
            key = normalise(masked).rstrip(" ?!.")
            shown.setdefault(key, masked)
            counts[key] += 1
        best = sorted(shown, key=lambda key: (has_marks(shown[key]), -counts[key]))
        return tuple(
            Wording(shown[key], counts[key], self._line(shown[key]))
            for key in best[:_MOST_WORDINGS]
        )

    def _line(self, masked: str) -> str | None:
        line = _ENTITY.sub("", masked).strip()
        known = not line or normalise(line) in self._examples
        return None if known or has_marks(line) else line

    def _nearest(self, questions: Sequence[Missed]) -> str | None:
        scores: dict[str, float] = defaultdict(float)
        ranked = [question.near for question in questions if question.near]
        for near in ranked:
            for topic, score in near:
                scores[topic] += score / len(ranked)
        known: Collection[str] = [topic for topic in scores if topic in self._topics]
        best = max(known, key=lambda topic: scores[topic], default=None)
        return best if best is not None and scores[best] >= NEAR_FROM else None
