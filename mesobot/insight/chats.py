"""Conversations of a period in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mesobot.insight.outcome import Outcome
from mesobot.insight.period import Period
from mesobot.insight.turns import Turn

_HOURS = 24


@dataclass(frozen=True)
class DayFigures:
    """One day: questions that were answered, passed to the clinic, and left without an answer."""

    day: date
    conversations: int
    answered: int
    to_clinic: int
    unanswered: int


@dataclass(frozen=True)
class ChatFigures:
    """What was said in a period.

    Attributes:
        conversations: that had at least one message; two hours of silence end one.
        messages: of patients.
        outcomes: how many messages got what.
        topics: in how many conversations each topic came up, the most frequent first.
        alarms: in how many conversations each danger was spoken of.
        languages: messages in other languages than English, by their code.
        channels: conversations by channel.
        days: every day of the period.
        hours: messages by the hour of the day, 24 of them.
    """

    conversations: int
    messages: int
    outcomes: Mapping[Outcome, int]
    topics: Mapping[str, int]
    alarms: Mapping[str, int]
    languages: Mapping[str, int]
    channels: Mapping[str, int]
    days: tuple[DayFigures, ...]
    hours: tuple[int, ...]

    @property
    def questions(self) -> int:
        """Messages that asked something."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.is_question)

    @property
    def answered(self) -> int:
        """Those of them that were answered from the article, at least in part."""
        return self.outcomes[Outcome.ANSWERED] + self.outcomes[Outcome.PARTLY]

    @property
    def unanswered(self) -> int:
        """Those of them that the assistant had no answer to."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.is_unanswered)

    @property
    def share_answered(self) -> float | None:
        """Share of the questions that were answered, None without any."""
        return self.answered / self.questions if self.questions else None


def chat_figures(turns: Sequence[Turn], period: Period) -> ChatFigures:
    """The figures of a period's turns."""
    outcomes = Counter(turn.outcome for turn in turns)
    by_hour = Counter(turn.at.astimezone(period.zone).hour for turn in turns)
    by_day: dict[date, list[Turn]] = {
        period.first + timedelta(days=number): [] for number in range(period.days)
    }
    for turn in turns:
        by_day[turn.at.astimezone(period.zone).date()].append(turn)
    return ChatFigures(
        conversations=len({_conversation(turn) for turn in turns}),
        messages=len(turns),
        outcomes={outcome: outcomes[outcome] for outcome in Outcome},
        topics=_in_conversations((topic, turn) for turn in turns for topic in _asked(turn)),
        alarms=_in_conversations((turn.alarm, turn) for turn in turns if turn.alarm),
        languages=dict(Counter(turn.language for turn in turns if turn.language).most_common()),
        channels=_in_conversations((turn.channel, turn) for turn in turns),
        days=tuple(_day(day, said) for day, said in by_day.items()),
        hours=tuple(by_hour[hour] for hour in range(_HOURS)),
    )


def _conversation(turn: Turn) -> tuple[str, int]:
    return turn.sender, turn.session


def _asked(turn: Turn) -> Sequence[str]:
    return turn.topics if turn.outcome.is_question else ()


def _in_conversations(named: Iterable[tuple[str, Turn]]) -> dict[str, int]:
    """In how many conversations each name comes up, the most frequent first."""
    found = {(name, _conversation(turn)) for name, turn in named}
    counts = Counter(name for name, _ in found)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _day(day: date, turns: Sequence[Turn]) -> DayFigures:
    outcomes = Counter(turn.outcome for turn in turns)
    return DayFigures(
        day=day,
        conversations=len({_conversation(turn) for turn in turns}),
        answered=outcomes[Outcome.ANSWERED] + outcomes[Outcome.PARTLY],
        to_clinic=outcomes[Outcome.TO_CLINIC],
        unanswered=sum(count for outcome, count in outcomes.items() if outcome.is_unanswered),
    )
