from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mesobot.consultation.opening_hours import OpeningHoursError, read_opening_hours

ISTANBUL = ZoneInfo("Europe/Istanbul")
TWICE = ["09:00-13:00", "14:00-18:00"]
WEEK = {
    "time_zone": "Europe/Istanbul",
    "holidays": "TR",
    "days": {
        "monday": TWICE,
        "tuesday": TWICE,
        "wednesday": TWICE,
        "thursday": TWICE,
        "friday": TWICE,
        "saturday": ["10:00-14:00"],
        "sunday": [],
    },
    "exceptions": {"2026-12-31": ["09:00-13:00"], date(2027, 1, 2): []},
}
HOURS = read_opening_hours(WEEK)


def istanbul(text: str) -> datetime:
    """A moment by the clinic's clock, handed over in UTC as everywhere."""
    return datetime.fromisoformat(text).replace(tzinfo=ISTANBUL).astimezone(timezone.utc)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-04T09:00", True),  # a Wednesday; the first minute belongs to it
        ("2026-03-04T08:59", False),
        ("2026-03-04T12:59", True),
        ("2026-03-04T13:00", False),  # lunch begins
        ("2026-03-04T14:00", True),
        ("2026-03-04T18:00", False),
        ("2026-03-07T13:59", True),  # Saturday
        ("2026-03-08T11:00", False),  # Sunday
        ("2026-04-23T11:00", False),  # a public holiday on a Thursday
        ("2026-10-28T10:00", False),  # half a holiday counts as one
        ("2026-12-31T12:00", True),
        ("2026-12-31T15:00", False),  # shorter by exception
    ],
)
def test_open_in_its_periods_only(moment: str, is_open: bool) -> None:
    assert HOURS.is_open(istanbul(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-03-04T10:00", "today until 13:00"),
        ("2026-03-04T13:30", "today from 14:00"),
        ("2026-03-04T07:00", "today from 09:00"),
        ("2026-03-04T18:30", "tomorrow from 09:00"),
        ("2026-03-04T23:59", "tomorrow from 09:00"),
        ("2026-03-05T00:01", "today from 09:00"),
        ("2026-03-07T15:00", "Monday 09:00"),
        ("2026-04-22T19:00", "Friday 09:00"),  # past the holiday on Thursday
        ("2026-12-31T13:00", "Monday 09:00"),  # New Year, then an exception, then Sunday
    ],
)
def test_when_to_expect_an_answer_in_words(moment: str, words: str) -> None:
    assert HOURS.expectation(istanbul(moment)) == words


def test_an_opening_more_than_six_days_away_has_its_date() -> None:
    closed = {f"2026-03-{day:02}": [] for day in range(4, 16)}
    hours = read_opening_hours({**WEEK, "exceptions": closed})
    now = istanbul("2026-03-04T10:00")
    assert hours.expectation(now) == "Monday 16 March 09:00"
    assert hours.next_opening(now) == istanbul("2026-03-16T09:00")


def test_the_same_weekday_next_week_has_its_date() -> None:
    hours = read_opening_hours({"time_zone": "Europe/Istanbul", "days": {"monday": TWICE}})
    assert hours.expectation(istanbul("2026-03-02T19:00")) == "Monday 9 March 09:00"


def test_nothing_is_expected_when_sixty_days_are_closed() -> None:
    first = date(2026, 3, 4)
    closed = {first + timedelta(days=ahead): [] for ahead in range(70)}
    hours = read_opening_hours({**WEEK, "exceptions": closed})
    assert hours.next_opening(istanbul("2026-03-04T10:00")) is None
    assert hours.expectation(istanbul("2026-03-04T10:00")) is None


def test_an_exception_opens_a_holiday() -> None:
    hours = read_opening_hours({**WEEK, "exceptions": {"2026-10-28": ["09:00-12:00"]}})
    assert hours.expectation(istanbul("2026-10-28T10:00")) == "today until 12:00"


def test_without_a_country_there_are_no_holidays() -> None:
    hours = read_opening_hours({key: WEEK[key] for key in ("time_zone", "days")})
    assert hours.is_open(istanbul("2026-04-23T11:00"))


def test_midnight_ends_a_day() -> None:
    hours = read_opening_hours({"time_zone": "UTC", "days": {"friday": ["20:00-24:00"]}})
    assert (
        hours.expectation(datetime(2026, 3, 6, 23, 59, tzinfo=timezone.utc)) == "today until 24:00"
    )
    assert not hours.is_open(datetime(2026, 3, 7, 0, 0, tzinfo=timezone.utc))


def test_a_period_starts_by_the_wall_clock_on_the_day_the_clocks_change() -> None:
    berlin = {"time_zone": "Europe/Berlin", "days": {"sunday": ["01:00-10:00"]}}
    hours = read_opening_hours(berlin)
    before = datetime(2026, 3, 29, 7, 59, tzinfo=timezone.utc)  # 09:59, summer time since 03:00
    assert hours.is_open(before)
    assert not hours.is_open(before + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"time_zone": "Istanbul"}, "opening_hours.time_zone"),
        ({"time_zone": None}, "opening_hours.time_zone"),
        ({"holidays": "Turkey"}, "opening_hours.holidays"),
        ({"holidays": False}, "opening_hours.holidays"),  # what YAML makes of an unquoted NO
        ({"days": {"montag": TWICE}}, "opening_hours.days.montag"),
        ({"days": {"monday": ["9-13"]}}, "opening_hours.days.monday"),
        ({"days": {"monday": "09:00-13:00"}}, "opening_hours.days.monday"),
        ({"days": {"monday": ["13:00-09:00"]}}, "ends before it begins"),
        ({"days": {"monday": ["09:00-13:00", "12:00-18:00"]}}, "begins before the one in front"),
        ({"days": {"monday": ["09:00-25:00"]}}, "opening_hours.days.monday"),
        ({"days": {}}, "opening_hours.days"),
        ({"days": ["monday"]}, "opening_hours.days"),
        ({"exceptions": {"31.12.2026": []}}, "opening_hours.exceptions.31.12.2026"),
        ({"exceptions": {"2026-12-31": "closed"}}, "opening_hours.exceptions.2026-12-31"),
        ({"day": {}}, "opening_hours.day"),
    ],
)
def test_what_cannot_be_used_is_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(OpeningHoursError, match=named):
        read_opening_hours({**WEEK, **change})


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(OpeningHoursError) as caught:
        read_opening_hours({"time_zone": "Mars", "holidays": "XX", "days": {"monday": ["x"]}})
    assert {name for name, _ in caught.value.problems} == {
        "opening_hours.days.monday",
        "opening_hours.time_zone",
        "opening_hours.holidays",
    }
