"""Weeks and days in the clinic's time zone."""

from __future__ import annotations

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from mesobot.insight.period import Period, PeriodError, last_days, last_week, read_since, read_week
from mesobot.knowledge.zone import ISTANBUL

SUNDAY_NIGHT = datetime(2026, 11, 22, 21, 30, tzinfo=timezone.utc)  # Monday 00:30 in Istanbul


def test_a_week_ends_at_the_clinics_midnight() -> None:
    assert last_week(SUNDAY_NIGHT, ISTANBUL).name == "2026-W47"
    assert last_week(SUNDAY_NIGHT, ZoneInfo("Europe/London")).name == "2026-W46"


def test_a_week_has_seven_days_and_a_week_before_it() -> None:
    week = read_week("2026-W47", ISTANBUL)
    assert (week.first, week.last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert week.since.isoformat() == "2026-11-16T00:00:00+03:00"
    assert week.until.isoformat() == "2026-11-23T00:00:00+03:00"
    assert week.before.name == "2026-W46"
    assert week.in_words == "16 – 22 November 2026"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (Period(date(2026, 11, 30), 7, ISTANBUL), "30 November – 6 December 2026"),
        (Period(date(2026, 12, 28), 7, ISTANBUL), "28 December 2026 – 3 January 2027"),
        (Period(date(2026, 11, 3), 1, ISTANBUL), "3 November 2026"),
    ],
)
def test_a_period_in_words(days: Period, words: str) -> None:
    assert days.in_words == words


def test_a_week_with_a_change_of_the_clock_is_whole() -> None:
    week = read_week("2026-W13", ZoneInfo("Europe/Berlin"))
    hours = (
        week.until.astimezone(timezone.utc) - week.since.astimezone(timezone.utc)
    ).total_seconds()
    assert hours == (7 * 24 - 1) * 3600


def test_since_days_or_a_date() -> None:
    assert read_since("7d", SUNDAY_NIGHT, ISTANBUL).first == date(2026, 11, 17)
    assert read_since("3 days", SUNDAY_NIGHT, ISTANBUL) == last_days(3, SUNDAY_NIGHT, ISTANBUL)
    period = read_since("2026-11-20", SUNDAY_NIGHT, ISTANBUL)
    assert (period.days, period.name) == (4, "2026-11-20--2026-11-23")


@pytest.mark.parametrize("text", ["", "0d", "soon", "2026-13-01", "2027-01-01", "-3d"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="write 7d"):
        read_since(text, SUNDAY_NIGHT, ISTANBUL)


@pytest.mark.parametrize("text", ["", "47", "2026-W54", "2026-W00", "last"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="2026-W47"):
        read_week(text, ISTANBUL)
