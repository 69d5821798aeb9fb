"""When somebody at the clinic reads requests, and how to say so ("Monday 09:00").

Several periods a day, public holidays of a country, and single days that are different.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from mesobot.knowledge.source import read_yaml

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIELDS = ("time_zone", "holidays", "days", "exceptions")
_PERIOD = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_LOOK_AHEAD_DAYS = 60
_NAMED_DAYS = 6  # further away, "Monday" alone could be either of two


class OpeningHoursError(ValueError):
    """The opening hours cannot be used.

    Attributes:
        problems: pairs of the field (``opening_hours.days.monday``) and what is wrong with it.
    """

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"'{name}' {message}" for name, message in problems))


@dataclass(frozen=True)
class Period:
    """Part of a day, in minutes after midnight: ``start`` belongs to it, ``end`` does not."""

    start: int
    end: int


@dataclass(frozen=True)
class OpeningHours:
    """The clinic's hours.

    Attributes:
        days: periods of Monday to Sunday, seven entries, each in order of time.
        exceptions: dates on which other periods (perhaps none) hold; they win over holidays.
        closed: public and half holidays of the clinic's country.
    """

    zone: ZoneInfo
    days: tuple[tuple[Period, ...], ...]
    exceptions: Mapping[date, tuple[Period, ...]] = field(default_factory=dict)
    closed: Mapping[date, str] = field(default_factory=dict)

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there at this moment."""
        return self._closing(now) is not None

    def next_opening(self, now: datetime) -> datetime | None:
        """When the next period after this moment begins.

        Returns:
            Local time of the clinic, or None when all of the next 60 days are closed.
        """
        today = now.astimezone(self.zone).date()
        for ahead in range(_LOOK_AHEAD_DAYS + 1):
            day = today + timedelta(days=ahead)
            for period in self._periods(day):
                opening = self._moment(day, period.start)
                if _utc(opening) > _utc(now):
                    return opening
        return None

    def expectation(self, now: datetime) -> str | None:
        """When to expect an answer, in words that continue "The clinic answers …".

        Returns:
            For example "today until 18:00", "today from 14:00", "tomorrow from 09:00",
            "Monday 09:00" or "Monday 4 January 09:00"; None when nothing opens in 60 days.
        """
        closing = self._closing(now)
        if closing is not None:
            return f"today until {closing}"
        opening = self.next_opening(now)
        if opening is None:
            return None
        ahead = (opening.date() - now.astimezone(self.zone).date()).days
        if ahead <= 1:
            return f"{'tomorrow' if ahead else 'today'} from {opening:%H:%M}"
        if ahead <= _NAMED_DAYS:
            return f"{opening:%A %H:%M}"
        return f"{opening:%A} {opening.day} {opening:%B %H:%M}"

    def _periods(self, day: date) -> tuple[Period, ...]:
        if day in self.exceptions:
            return self.exceptions[day]
        if day in self.closed:
            return ()
        return self.days[day.weekday()]

    def _closing(self, now: datetime) -> str | None:
        """End of the period that holds now, as "18:00"."""
        day = now.astimezone(self.zone).date()
        for period in self._periods(day):
            start, end = self._moment(day, period.start), self._moment(day, period.end)
            if _utc(start) <= _utc(now) < _utc(end):
                return f"{period.end // 60:02}:{period.end % 60:02}"
        return None

    def _moment(self, day: date, minutes: int) -> datetime:
        # Wall-clock arithmetic: a period from 09:00 starts at 09:00 also when clocks change.
        return datetime.combine(day, time(), self.zone) + timedelta(minutes=minutes)


def load_opening_hours(clinic_file: Path) -> OpeningHours | None:
    """The hours in ``clinic.yml``; None if it has none.

    Raises:
        OpeningHoursError: if they cannot be used.
        ContentError: if the file cannot be read.
    """
    content = read_yaml(clinic_file).get("opening_hours")
    return read_opening_hours(content) if content else None


def read_opening_hours(content: Mapping[Any, Any]) -> OpeningHours:
    """Read the ``opening_hours`` entry of ``clinic.yml``.

    Args:
        content: ``time_zone``, optionally ``holidays`` (code of a country), ``days`` (name of a
            weekday to periods like ``"09:00-13:00"``; a day left out is closed) and
            ``exceptions`` (date to periods).

    Raises:
        OpeningHoursError: if something cannot be used; it names every such field.
    """
    reader = _Reader()
    for name in content:
        if name not in _FIELDS:
            reader.report(str(name), f"is not known here; known are {', '.join(_FIELDS)}")
    days = reader.mapping(content, "days")
    for name in days:
        if name not in _DAYS:
            reader.report(f"days.{name}", "is no weekday; write monday, tuesday and so on")
    exceptions = {
        day: reader.periods(f"exceptions.{name}", periods)
        for name, periods in reader.mapping(content, "exceptions").items()
        if (day := reader.date(name)) is not None
    }
    hours = OpeningHours(
        zone=reader.zone(content.get("time_zone")),
        days=tuple(reader.periods(f"days.{name}", days.get(name, [])) for name in _DAYS),
        exceptions=exceptions,
        closed=reader.holidays(content.get("holidays")),
    )
    if not any(hours.days) and "days" not in reader.reported:
        reader.report("days", "has no opening at all; leave 'opening_hours' out instead")
    if reader.problems:
        raise OpeningHoursError(reader.problems)
    return hours


class _Reader:
    """Collects every problem instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []

    @property
    def reported(self) -> set[str]:
        """Top-level fields with a problem."""
        return {name.split(".")[1] for name, _ in self.problems}

    def report(self, name: str, message: str) -> None:
        self.problems.append((f"opening_hours.{name}", message))

    def mapping(self, content: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
        value = content.get(name, {})
        if isinstance(value, Mapping):
            return value
        self.report(name, "must be lines of 'name: periods'")
        return {}

    def zone(self, value: object) -> ZoneInfo:
        try:
            return ZoneInfo(str(value or "nowhere"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.report("time_zone", 'must be a time zone such as "Europe/Istanbul"')
            return ZoneInfo("UTC")

    def holidays(self, value: object) -> Mapping[date, str]:
        if value is None:
            return {}
        if value not in holidays.list_supported_countries():
            self.report("holidays", 'must be the code of a country in quotes, such as "TR"')
            return {}
        # A half day counts as closed: whoever does come in says so by an exception.
        known = holidays.country_holidays(str(value)).supported_categories
        kinds = {"public", "half_day"} & set(known)
        return holidays.country_holidays(str(value), categories=tuple(kinds))

    def date(self, value: object) -> date | None:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value  # YAML reads an unquoted date as one
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.report(f"exceptions.{value}", "must be a date such as 2026-12-31")
            return None

    def periods(self, name: str, value: object) -> tuple[Period, ...]:
        if not isinstance(value, list):
            self.report(name, 'must be a list such as ["09:00-13:00", "14:00-18:00"], or []')
            return ()
        found: list[Period] = []
        for text in value:
            match = _PERIOD.fullmatch(str(text).strip())
            if match is None:
                self.report(name, f"has '{text}', which is no period like 09:00-13:00")
                return ()
            start = int(match[1]) * 60 + int(match[2])
            end = int(match[3]) * 60 + int(match[4]) if match[3] else 24 * 60
            if start >= end:
                self.report(name, f"has '{text}', which ends before it begins")
                return ()
            if found and start < found[-1].end:
                self.report(name, f"has '{text}', which begins before the one in front of it ends")
                return ()
            found.append(Period(start, end))
        return tuple(found)


def _utc(moment: datetime) -> datetime:
    # Two times of one zone compare by the wall clock, which is wrong when clocks change.
    return moment.astimezone(timezone.utc)
