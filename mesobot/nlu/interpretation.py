"""From a message to what it asks for: a danger first, otherwise topics in the asked order.

A message is cut where another question may begin (``questions.py``); each piece is ranked,
and stands as a question of its own only when it is clearly about something else than its
neighbours. What is left over (life stories, "hi", "thanks") helps to understand the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mesobot.nlu.decision import NOT_UNDERSTOOD, OFF_TOPIC, Decision, Rank, Thresholds, decide
from mesobot.nlu.follow_ups import FOLLOW_UP, Context, in_context
from mesobot.nlu.questions import Piece, loosely, sentences, split
from mesobot.nlu.topic_model import Ranked, TopicModel
from mesobot.safety.assessment import Assessment, SafetyThresholds, assess
from mesobot.safety.red_flags import Danger, RedFlags

_MOST_PIECES = 10
_MOST_QUESTIONS = 3
_SPLIT_AT = 0.45
"""Score from which a piece with a question's form stands alone."""
_KEYWORDS = 6
_KEYWORD_AT = 0.7
_CLEARER_BY = 0.1
_LOOSE_AT = 0.6
"""The same for pieces that are only parted by "and" or a comma."""
_ONE_QUESTION_AT = 0.9
"""A message that one topic fits so well is not cut at all."""
_DANGERS = frozenset(danger.value for danger in Danger)
_OTHER_LANGUAGE = "other_language"
_SMALL_TALK = frozenset({"greet", "thanks", "goodbye", "affirm", "deny", "next_step"})
_TOGETHER = frozenset({"faq/combine_treatments", "faq/compare_general"})
"""Topics that are about several things at once: not cut at "and"."""


@dataclass(frozen=True)
class Question:
    """One question of a message and what it was understood as."""

    text: str
    decision: Decision


@dataclass(frozen=True)
class Interpretation:
    """What a message was understood as.

    Attributes:
        questions: at least one, at most three, in the asked order.
        ranking: topics of the whole message, most likely first.
        danger: set when the message speaks of danger; then ``questions`` is only that,
            or what it would ask for otherwise when the danger is only ``possible``.
        possible: whether the danger may be meant in general, as a question about it.
        language: of the message, where it is known not to be English.
    """

    questions: tuple[Question, ...]
    ranking: tuple[Ranked, ...]
    danger: Danger | None = None
    possible: bool = False
    language: str | None = None

    def instead(self, topic: str) -> Interpretation:
        """The same message with another meaning."""
        question = Question(self.questions[0].text, Decision(topic, 1.0))
        return replace(self, questions=(question,))


class Interpreter:
    """Red flags first, then questions; keeps what was learned, never what was said."""

    def __init__(
        self,
        model: TopicModel,
        red_flags: RedFlags,
        thresholds: Thresholds,
        safety: SafetyThresholds,
    ) -> None:
        """Put a trained model and the clinic's red flags to work."""
        self._model = model
        self._red_flags = red_flags
        self._thresholds = thresholds
        self._safety = safety

    def read(self, document: Any, context: Context | None = None) -> Interpretation:
        """What a message, a spaCy document, asks for.

        Args:
            document: the message.
            context: what was answered before, if anything was.
        """
        text = document.text
        ranked: dict[str, list[Ranked]] = {}

        def rank(part: str) -> list[Ranked]:
            if part not in ranked:
                ranked[part] = self._model.rank(part)
            return ranked[part]

        whole = rank(text)
        found = self._assess(text, document, rank)
        language = found.language or _language(whole)
        if found.danger and not found.possible:
            alarm = Question(text, Decision(found.danger.value, found.belief))
            return Interpretation((alarm,), tuple(whole), found.danger, language=language)

        def rank_topics(part: str) -> list[Ranked]:
            return [r for r in rank(part) if r.topic not in _DANGERS]

        questions = interpret(document, rank_topics, self._thresholds, context)
        return Interpretation(
            tuple(questions), tuple(whole), found.danger, found.possible, language
        )

    def _assess(self, text: str, document: Any, rank: Rank) -> Assessment:
        """The most serious of what the message as a whole and each of its sentences says."""
        parts = [text]
        pieces = sentences(document)
        if len(pieces) > 1:
            parts += pieces[:_MOST_PIECES]
        beliefs = [_beliefs(rank(part)) for part in parts]
        calm = self._red_flags.is_calm(text)
        return assess(self._red_flags.find(text), beliefs, self._safety, calm)


def _beliefs(ranking: Sequence[Ranked]) -> dict[Danger, float]:
    return {Danger(r.topic): r.belief for r in ranking if r.topic in _DANGERS}


def _language(ranking: Sequence[Ranked]) -> str | None:
    group, _, language = ranking[0].topic.partition("/")
    return language if group == _OTHER_LANGUAGE and language != "other" else None


def interpret(
    document: Any, rank: Rank, thresholds: Thresholds, context: Context | None = None
) -> list[Question]:
    """The questions of a message in the order they were asked; at least one, at most three.

    Args:
        document: the message as a spaCy document.
        rank: the topic model.
        thresholds: when a topic counts.
        context: what was answered before, if anything was.
    """
    questions = _questions(document, rank, thresholds)
    if context and len(questions) == 1:
        text, alone = questions[0].text, questions[0].decision
        return [Question(text, in_context(text, alone, rank, thresholds, context))]
    return questions


def _questions(document: Any, rank: Rank, thresholds: Thresholds) -> list[Question]:
    text = document.text
    whole = rank(text)
    single = [Question(text, decide(whole, thresholds))]
    if whole[0].score >= _ONE_QUESTION_AT:
        return single
    pieces = split(document)[:_MOST_PIECES]
    if len(pieces) > 1:
        several = _several(pieces, rank, thresholds)
        if len(several) == 1 and several[0].decision.confidence > whole[0].score:
            return [Question(text, several[0].decision)]
    elif whole[0].topic in _TOGETHER:
        return single
    else:
        several = _loosely_joined(loosely(document)[:_MOST_PIECES], rank, whole[0].score)
    return several[:_MOST_QUESTIONS] if len(several) > 1 else single


def _several(pieces: Sequence[Piece], rank: Rank, thresholds: Thresholds) -> list[Question]:
    """The clearly different questions among pieces cut by their form.

    When something is asked, the statements around it only help to understand it.
    """
    nobody_asks = not any(piece.asks for piece in pieces)
    found: list[Question] = []
    before: list[str] = []
    for piece in pieces:
        ranking = _own_topics(rank(piece.text))
        asks = piece.asks or nobody_asks or _is_keyword(piece, ranking[0])
        if not asks:
            before.append(piece.text)
            continue
        if ranking[0].score < _SPLIT_AT and before:
            ranking = _own_topics(rank(" ".join([*before[-2:], piece.text])))
        before = [piece.text]
        best = ranking[0]
        if best.topic not in _SMALL_TALK and best.score >= _SPLIT_AT:
            _add(found, Question(piece.text, decide(ranking, thresholds)))
    return found


def _is_keyword(piece: Piece, best: Ranked) -> bool:
    """Whether a few words name a topic so clearly that they ask for it: "laser or meso"."""
    return len(piece.text.split()) <= _KEYWORDS and best.score >= _KEYWORD_AT


def _loosely_joined(parts: Sequence[Piece], rank: Rank, whole: float) -> list[Question]:
    """Questions parted by a mere "and" or comma, if cutting makes them much clearer."""
    found: list[Question] = []
    for part in parts:
        best = _own_topics(rank(part.text))[0]
        if best.topic in _SMALL_TALK or best.topic == OFF_TOPIC:
            continue
        if best.score >= max(_LOOSE_AT, whole + _CLEARER_BY):
            _add(found, Question(part.text, Decision(best.topic, best.score)))
    return found


def _add(found: list[Question], question: Question) -> None:
    """Append, unless the topic was asked already."""
    topic = question.decision.topic
    if topic != NOT_UNDERSTOOD and all(topic != known.decision.topic for known in found):
        found.append(question)


def _own_topics(ranking: Sequence[Ranked]) -> list[Ranked]:
    """Without the follow-ups: a piece of a message leans on the piece before it, if at all."""
    return [ranked for ranked in ranking if not ranked.topic.startswith(FOLLOW_UP)]
