"""Everything that a digest says, computed from the two databases. Nothing in it is personal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy.engine import Engine

from mesobot.insight.chats import ChatFigures, chat_figures
from mesobot.insight.missed import Collector, MissedQuestions
from mesobot.insight.period import Period
from mesobot.insight.requests import RequestFigures, read_requests
from mesobot.insight.turns import read_turns
from mesobot.knowledge.topics import Topic


@dataclass(frozen=True)
class Digest:
    """A period in figures.

    Attributes:
        clinic: its name.
        period: the days that it is about.
        made_at: when it was computed.
        chats: conversations, ``chats_before`` those of the period before, or None if these are
            not kept any more.
        requests: consultation requests, ``requests_before`` alike.
        missed: questions without an answer.
        labels: what topics are called, by id.
        kept_days: days after which conversations are erased.
    """

    clinic: str
    period: Period
    made_at: datetime
    chats: ChatFigures
    chats_before: ChatFigures | None
    requests: RequestFigures
    requests_before: RequestFigures
    missed: MissedQuestions
    labels: Mapping[str, str]
    kept_days: int

    @property
    def is_complete(self) -> bool:
        """Whether the period is over, and all that was said in it is still kept."""
        return self.period.until <= self.made_at and self.is_kept(self.period)

    def is_kept(self, period: Period) -> bool:
        """Whether nothing that was said in a period has been erased for its age."""
        return is_kept(period, self.made_at, self.kept_days)

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        plain = asdict(self, dict_factory=_plain_dict)
        plain["period"] = {
            "name": self.period.name,
            "first": self.period.first.isoformat(),
            "last": self.period.last.isoformat(),
        }
        return plain


@dataclass(frozen=True)
class Sources:
    """Where a digest comes from.

    Attributes:
        chats_url: the database of conversations.
        requests: opens that of the requests.
        collector: groups what was missed.
        topics: all topics with a label, by id.
        clinic: name of the clinic.
        kept_days: days after which conversations are erased.
    """

    chats_url: str
    requests: Callable[[], Engine]
    collector: Collector
    topics: Mapping[str, Topic]
    clinic: str
    kept_days: int

    def digest(self, period: Period, now: datetime, fewest: int) -> Digest:
        """The digest of a period.

        Args:
            period: at most as long as conversations are kept, to be complete.
            now: present moment.
            fewest: people who must have asked something before it is quoted.

        Raises:
            DatabaseUnavailableError: if a database fails.
        """
        turns = list(read_turns(self.chats_url, period.since, period.until))
        before = period.before
        chats_before = None
        if is_kept(before, now, self.kept_days):
            earlier = list(read_turns(self.chats_url, before.since, before.until))
            chats_before = chat_figures(earlier, before) if earlier else None
        engine = self.requests()
        return Digest(
            clinic=self.clinic,
            period=period,
            made_at=now.astimezone(period.zone),
            chats=chat_figures(turns, period),
            chats_before=chats_before,
            requests=read_requests(engine, period.since, period.until, now),
            requests_before=read_requests(engine, before.since, before.until, now),
            missed=self.collector.collect(turns, fewest),
            labels={topic.id: topic.label for topic in self.topics.values()},
            kept_days=self.kept_days,
        )


def is_kept(period: Period, now: datetime, kept_days: int) -> bool:
    """Whether nothing that was said in a period has been erased for its age."""
    return period.since >= now - timedelta(days=kept_days)


def _plain_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in pairs}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if hasattr(value, "isoformat") else value
