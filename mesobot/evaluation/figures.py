"""All figures of one evaluation, computed from what became of the held-out messages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from mesobot.evaluation.alarms import alarm_of, share_by_alarm
from mesobot.evaluation.confidence import Calibration, Guess, SweepPoint, calibrate, sweep
from mesobot.evaluation.confusion import (
    Confusion,
    Judged,
    TopicFigures,
    confusion_matrix,
    figures_by_topic,
)
from mesobot.evaluation.cross_validation import CrossValidation
from mesobot.evaluation.goals import Goal, goals
from mesobot.evaluation.held_out import HeldOutQuestion
from mesobot.evaluation.known_misses import message_of
from mesobot.evaluation.proportion import Proportion, share_of
from mesobot.evaluation.run import Entry, Outcome, Outcomes
from mesobot.evaluation.speed import Speed, speed_of
from mesobot.nlu.decision import OFF_TOPIC


@dataclass(frozen=True)
class WrongReply:
    """A held-out message whose reply is wrong.

    Attributes:
        file: where it stands.
        text: what was said, turn by turn.
        expected: what the reply should have been about.
        reported: the topics it was understood as.
        confidence: of the leading topic.
    """

    file: str
    text: str
    expected: str
    reported: str
    confidence: float


@dataclass(frozen=True)
class Figures:
    """Everything that a report shows.

    Attributes:
        measured_on: date and time.
        model: fingerprint of what the model was trained from.
        goals: the summary.
        topics: single questions by topic; an accepted neighbour counts as right.
        besides: single questions answered right, and with something else as well.
        confusion: single questions, asked and understood.
        answer_at: the confidence from which the assistant answers today.
        sweep: what other values of it would do to single questions.
        calibration: of the confidence, on single questions.
        alarms: how often each class of danger message got which kind of reply.
        speed: of all turns.
        misses: every wrong reply.
        cross_validation: of the topic model alone, unless it was left out.
    """

    measured_on: str
    model: str
    goals: tuple[Goal, ...]
    topics: tuple[TopicFigures, ...]
    besides: Proportion
    confusion: tuple[Confusion, ...]
    answer_at: float
    sweep: tuple[SweepPoint, ...]
    calibration: Calibration
    alarms: dict[str, dict[str, Proportion]]
    speed: Speed
    misses: tuple[WrongReply, ...]
    cross_validation: CrossValidation | None

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        plain = asdict(self)
        plain["goals"] = [{**asdict(goal), "met": goal.met} for goal in self.goals]
        return plain


def compute_figures(
    outcomes: Outcomes,
    faq: Collection[str],
    *,
    answer_at: float,
    measured_on: str,
    model: str,
    cross_validation: CrossValidation | None = None,
) -> Figures:
    """The figures of a run.

    Args:
        outcomes: of all held-out messages; single questions must be among them.
        faq: ids of the topics that the article answers.
        answer_at: the confidence from which the assistant answers.
        measured_on: date and time.
        model: fingerprint of the model.
        cross_validation: if it was done.
    """
    judged = [_judge(each) for each in outcomes.questions]
    answering = {each.entry.topic for each in outcomes.questions} - {OFF_TOPIC}
    guesses = [_guess(each, answering) for each in outcomes.questions]
    in_scope = [
        guess
        for guess, each in zip(guesses, outcomes.questions, strict=True)
        if each.entry.topic != OFF_TOPIC
    ]
    return Figures(
        measured_on=measured_on,
        model=model,
        goals=goals(outcomes),
        topics=figures_by_topic(judged),
        besides=share_of(_says_more(each) for each in outcomes.questions if each.right),
        confusion=confusion_matrix(judged),
        answer_at=answer_at,
        sweep=sweep(in_scope, [_guess(each, faq) for each in outcomes.off_topic]),
        calibration=calibrate(guesses),
        alarms=share_by_alarm(
            [(each.entry.kind, alarm_of(each.turns[-1])) for each in outcomes.danger]
        ),
        speed=speed_of(outcomes),
        misses=tuple(_wrong_reply(each) for each in outcomes if not each.right),
        cross_validation=cross_validation,
    )


def _judge(outcome: Outcome[HeldOutQuestion]) -> Judged:
    topic = outcome.entry.topic
    return topic, topic if outcome.right else outcome.topics[0]


def _guess(outcome: Outcome[HeldOutQuestion], answering: Collection[str]) -> Guess:
    turn = outcome.turns[-1]
    right = outcome.entry.is_right(turn.guess)
    return Guess(turn.confidence, right, answers=any(topic in answering for topic in turn.guess))


def _says_more(outcome: Outcome[HeldOutQuestion]) -> bool:
    return not set(outcome.topics) <= {outcome.entry.topic, *outcome.entry.accept}


def _wrong_reply(outcome: Outcome[Entry]) -> WrongReply:
    message = message_of(outcome.entry)
    return WrongReply(
        message.file,
        message.text,
        expected=outcome.entry.expected,
        reported=", ".join(outcome.topics),
        confidence=outcome.turns[-1].confidence,
    )
