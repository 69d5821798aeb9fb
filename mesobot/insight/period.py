"""Which stretch of time a digest is about: a calendar week of the clinic, or some days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_LENGTH = re.compile(r"(\d{1,4})\s*d(?:ays?)?", re.IGNORECASE)
_ONE_DAY, _ONE_WEEK = timedelta(days=1), timedelta(days=7)


class PeriodError(ValueError):
    """What was typed names no period; the text says what does."""


@dataclass(frozen=True)
class Period:
    """Whole days of the clinic's time zone.

    Attributes:
        first: its first day.
        days: how many.
        zone: in which days begin and end.
    """

    first: date
    days: int
    zone: ZoneInfo

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + (self.days - 1) * _ONE_DAY

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + _ONE_DAY, time(), self.zone)

    @property
    def before(self) -> Period:
        """As many days before it, to compare with."""
        return Period(self.first - self.days * _ONE_DAY, self.days, self.zone)

    @property
    def name(self) -> str:
        """For a file: ``2026-W47``, or ``2026-11-01--2026-11-10``."""
        if self.is_week:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first.isoformat()}--{self.last.isoformat()}"

    @property
    def is_week(self) -> bool:
        """Whether it goes from a Monday to a Sunday."""
        return self.days == _ONE_WEEK.days and self.first.weekday() == 0

    @property
    def in_words(self) -> str:
        """For people: ``16 – 22 November 2026``."""
        end = f"{self.last.day} {self.last:%B %Y}"
        if self.days == 1:
            return end
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first.day} – {end}"
        if self.first.year == self.last.year:
            return f"{self.first.day} {self.first:%B} – {end}"
        return f"{self.first.day} {self.first:%B %Y} – {end}"


def week_of(day: date, zone: ZoneInfo) -> Period:
    """The week from Monday to Sunday that a day is in."""
    return Period(day - timedelta(days=day.weekday()), _ONE_WEEK.days, zone)


def last_week(now: datetime, zone: ZoneInfo) -> Period:
    """The latest week that is over."""
    return week_of(now.astimezone(zone).date() - _ONE_WEEK, zone)


def last_days(days: int, now: datetime, zone: ZoneInfo) -> Period:
    """So many days up to today, today included."""
    today = now.astimezone(zone).date()
    return Period(today - (days - 1) * _ONE_DAY, days, zone)


def read_week(text: str, zone: ZoneInfo) -> Period:
    """The week that ``2026-W47`` names.

    Raises:
        PeriodError: if it names none.
    """
    found = _WEEK.fullmatch(text.strip())
    try:
        year, week = (int(part) for part in found.groups()) if found else (0, 0)
        return Period(date.fromisocalendar(year, week, 1), _ONE_WEEK.days, zone)
    except ValueError:
        raise PeriodError(f"{text!r} is no week; write it like 2026-W47.") from None


def read_since(text: str, now: datetime, zone: ZoneInfo) -> Period:
    """From a date (``2026-11-01``), or for some days (``7d``), up to today.

    Raises:
        PeriodError: if it is neither, or lies in the future.
    """
    length = _LENGTH.fullmatch(text.strip())
    if length and int(length[1]) > 0:
        return last_days(int(length[1]), now, zone)
    today = now.astimezone(zone).date()
    try:
        first = date.fromisoformat(text.strip())
    except ValueError:
        first = today + _ONE_DAY
    if first > today:
        raise PeriodError(f"{text!r} is no time since when; write 7d, or a day: 2026-11-01.")
    return Period(first, (today - first).days + 1, zone)
