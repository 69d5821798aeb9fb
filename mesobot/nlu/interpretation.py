"""From a message to what it asks for: a danger first, otherwise topics in the asked order.

Where another question may begin says ``questions.py``; which cut is best says ``cutting.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mesobot.nlu.after_alarm import read_after
from mesobot.nlu.cutting import Stretch, cut, spans
from mesobot.nlu.dangers import DangerReader
from mesobot.nlu.decision import NOT_UNDERSTOOD, OFF_TOPIC, Decision, Rank, Thresholds, decide
from mesobot.nlu.follow_ups import FOLLOW_UP, Context, in_context, is_short, rejects
from mesobot.nlu.questions import Piece, all_pieces, sentences, text_of, words
from mesobot.nlu.rankings import Model, Rankings, language_of
from mesobot.nlu.topic_model import Ranked
from mesobot.safety.assessment import SafetyThresholds
from mesobot.safety.red_flags import Danger, RedFlags

_MOST_PIECES = 8
_MOST_QUESTIONS = 3
_SMALL_TALK = frozenset(
    {"greet", "thanks", "goodbye", "affirm", "deny", "next_step", "not_in_danger", "help_is_coming"}
)
_TOGETHER = frozenset({"faq/combine_treatments", "faq/compare_general"})
"""Topics that are about several things at once: not cut at "and" ..."""
_SURELY_TOGETHER = 0.9
"""... when a message is clearly about one of them."""
_CLEAR_AT = 0.8
"""Score of a message that asks once from which it is not cut: cutting costs a ranking for each
stretch, and most messages are one clear question."""
_FEW_WORDS = 6
"""Up to here it is cut all the same: "pain, downtime?" asks twice with one question mark."""
_UNRIVALLED_AT = 0.45
"""Score from which it is not cut either when no second topic is believed in ..."""
_RIVAL_AT = 0.25
"""... as much as this. Set on development messages, as all of these (docs/evaluation.md)."""
_NO_QUESTION = (*_SMALL_TALK, OFF_TOPIC)
_UNCLEAR_BELOW = 0.38
_FEWEST_WORDS = 3
"""Words of a left-over question that is worth mentioning."""
_EMPTY_WORDS = words(
    "think guess mean say know wonder tell general rule please pls like want ask thing"
)
"""Alone, or with stop words, they ask nothing: "do you think", "as a general rule"."""


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
        all_clear: whether, after a danger, the message says that nobody is in danger.
        left_out: what the message asks beyond these questions, as typed.
    """

    questions: tuple[Question, ...]
    ranking: tuple[Ranked, ...]
    danger: Danger | None = None
    possible: bool = False
    language: str | None = None
    all_clear: bool = False
    left_out: tuple[str, ...] = ()

    def instead(self, topic: str) -> Interpretation:
        """The same message with another meaning."""
        question = Question(self.questions[0].text, Decision(topic, 1.0))
        return replace(self, questions=(question,), left_out=())


class Interpreter:
    """Red flags first, then questions; keeps what was learned, never what was said."""

    def __init__(
        self,
        model: Model,
        red_flags: RedFlags,
        thresholds: Thresholds,
        safety: SafetyThresholds,
    ) -> None:
        """Put a trained model and the clinic's red flags to work."""
        self._model = model
        self._dangers = DangerReader(red_flags, safety)
        self._thresholds = thresholds

    def read(
        self, document: Any, context: Context | None = None, answering: bool = False
    ) -> Interpretation:
        """What a message, a spaCy document, asks for.

        Args:
            document: the message.
            context: what was answered before, if anything was.
            answering: whether a form has just asked something.
        """
        text = document.text
        rank = Rankings(self._model)
        whole = rank(text)
        found = self._dangers.read(text, sentences(document), rank, answering)
        if context and not found.danger and is_short(text):
            found = self._dangers.read_after(context.question, text, rank)
        language = found.language or language_of(whole)
        if found.danger and not found.possible:
            alarm = Question(text, Decision(found.danger.value, found.belief))
            return Interpretation((alarm,), tuple(whole), found.danger, language=language)
        read_on = read_after(document, rank, context)
        questions, left_out = read_questions(
            document, read_on.rank, self._thresholds, read_on.context, rank.ahead
        )
        return Interpretation(
            tuple(questions),
            tuple(whole),
            found.danger,
            found.possible,
            language,
            read_on.all_clear,
            tuple(left_out),
        )


def read_questions(
    document: Any,
    rank: Rank,
    thresholds: Thresholds,
    context: Context | None = None,
    ahead: Callable[[Sequence[str]], None] = lambda _texts: None,
) -> tuple[list[Question], list[str]]:
    """The questions of a message in the order they were asked; at least one, at most three.

    Whatever it asks beyond these comes second, as typed.

    Args:
        document: the message as a spaCy document.
        rank: the topic model.
        thresholds: when a topic counts.
        context: what was answered before, if anything was.
        ahead: told which texts ``rank`` will be asked for next.
    """
    questions, left_out = _questions(document, rank, thresholds, ahead)
    if context and rejects(document.text):  # "not numbing cream! my night cream" asks once
        questions = [Question(document.text, decide(rank(document.text), thresholds))]
    if context and len(questions) == 1:
        text, alone = questions[0].text, questions[0].decision
        questions = [Question(text, in_context(text, alone, rank, thresholds, context))]
    return questions, left_out


def _questions(
    document: Any,
    rank: Rank,
    thresholds: Thresholds,
    ahead: Callable[[Sequence[str]], None],
) -> tuple[list[Question], list[str]]:
    text = document.text
    whole = rank(text)
    single = Question(text, decide(whole, thresholds))
    if whole[0].topic in _TOGETHER and whole[0].score >= _SURELY_TOGETHER:
        return [single], []
    everything = all_pieces(document, _MOST_PIECES)
    found = everything[:_MOST_PIECES]
    if len(found) <= 1 or _is_one_question(whole, found, len(document)):
        return [single], []

    def own_topics(part: str) -> list[Ranked]:
        """Without the follow-ups: a piece of a message leans on the piece before it."""
        return [ranked for ranked in rank(part) if not ranked.topic.startswith(FOLLOW_UP)]

    ahead([text_of(found[begin:end]) for begin, end in spans(len(found))])
    stretches = cut(found, own_topics, _NO_QUESTION)
    asked = [Question(s.text, decide(s.ranking, thresholds)) for s in stretches]
    if len(asked) > 1:
        questions = _with_left_over(stretches, asked, found, rank)
        unread = [each for each in everything[_MOST_PIECES:] if each.asks and _says_something(each)]
        left_out = [each.text for each in questions[_MOST_QUESTIONS:]]
        return questions[:_MOST_QUESTIONS], left_out + [text_of([each]) for each in unread]
    if asked and single.decision.topic == NOT_UNDERSTOOD:
        return [replace(asked[0], text=text)], []
    return [single], []


def _is_one_question(whole: Sequence[Ranked], found: Sequence[Piece], tokens: int) -> bool:
    """Whether cutting a message would most likely be labour lost."""
    if tokens <= _FEW_WORDS or sum(piece.asks for piece in found) > 1:
        return False
    if whole[0].score >= _CLEAR_AT:
        return True
    beliefs = sorted((r.belief for r in whole if not r.topic.startswith(FOLLOW_UP)), reverse=True)
    return whole[0].score >= _UNRIVALLED_AT and all(b < _RIVAL_AT for b in beliefs[1:2])


def _says_something(piece: Piece) -> bool:
    spoken = [token for token in piece.tokens if token.is_alpha]
    telling = [word for word in spoken if not word.is_stop and word.lower_ not in _EMPTY_WORDS]
    return len(spoken) >= _FEWEST_WORDS and bool(telling)


def _with_left_over(
    stretches: Sequence[Stretch], asked: list[Question], found: Sequence[Piece], rank: Rank
) -> list[Question]:
    """The questions, and in its place each piece that asks something nobody understood."""
    questions = dict(zip((stretch.begin for stretch in stretches), asked, strict=True))
    taken = {i for stretch in stretches for i in range(stretch.begin, stretch.end)}
    for i, piece in enumerate(found):
        text = text_of([piece])
        if i in taken or not piece.asks or not _says_something(piece):
            continue
        best = rank(text)[0]
        if best.topic == OFF_TOPIC or best.score < _UNCLEAR_BELOW:
            questions[i] = Question(text, Decision(NOT_UNDERSTOOD, best.score))
    return [questions[i] for i in sorted(questions)]
