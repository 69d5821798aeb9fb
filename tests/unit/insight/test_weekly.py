"""A week's digest goes out once, whoever asks how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.engine import Engine

from mesobot.insight.weekly import LEASE, WeeklyDigests, due_week
from mesobot.knowledge.zone import ISTANBUL
from tests.unit.consultation.requests import HandClock

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=timezone.utc)  # 09:00 in Istanbul


@pytest.fixture
def clock() -> HandClock:
    clock = HandClock()
    clock.now = MONDAY
    return clock


@pytest.fixture
def weeks(engine: Engine, clock: HandClock) -> WeeklyDigests:
    return WeeklyDigests(engine, ISTANBUL, clock)


def test_a_week_is_sent_once(weeks: WeeklyDigests, clock: HandClock) -> None:
    claim = weeks.claim()
    assert claim is not None
    assert (claim.week, claim.attempts) == ("2026-W47", 0)
    assert weeks.claim() is None, "somebody is at it"
    assert weeks.sent(claim)
    clock.advance(days=6)
    assert weeks.claim() is None
    clock.advance(days=1)
    following = weeks.claim()
    assert following is not None
    assert following.week == "2026-W48"
    assert following.message_id != claim.message_id


def test_what_a_crashed_relay_held_is_sent_by_another_with_the_same_id(
    weeks: WeeklyDigests, clock: HandClock
) -> None:
    first = weeks.claim()
    clock.now += LEASE + timedelta(seconds=1)
    second = weeks.claim()
    assert first is not None
    assert second is not None
    assert (second.message_id, second.attempts) == (first.message_id, 1)
    assert not weeks.sent(first), "its claim is lost"
    assert weeks.sent(second)


def test_after_a_failure_it_waits(weeks: WeeklyDigests, clock: HandClock) -> None:
    claim = weeks.claim()
    assert claim is not None
    assert weeks.retry_at(claim, clock.now + timedelta(minutes=5))
    assert weeks.claim() is None
    clock.advance(minutes=5)
    assert weeks.claim() is not None


def test_of_many_that_ask_at_once_one_gets_it(engine: Engine, clock: HandClock) -> None:
    def claims(_number: int) -> bool:
        return WeeklyDigests(engine, ISTANBUL, clock).claim() is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claims, range(24))) == 1


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (MONDAY, "2026-W47"),
        (MONDAY.replace(hour=3, minute=59), "2026-W46"),  # 06:59 in Istanbul
        (MONDAY.replace(hour=4), "2026-W47"),
        (MONDAY + timedelta(days=6), "2026-W47"),
        (MONDAY - timedelta(hours=9), "2026-W46"),  # Monday at the stroke of midnight
    ],
)
def test_a_week_is_due_from_monday_morning_on(moment: datetime, week: str) -> None:
    assert due_week(moment, ISTANBUL).name == week
