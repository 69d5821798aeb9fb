import pytest

from mesobot.channels.limits import Bucket, Buckets, Pace, take_all

PACE = Pace(a_minute=20, at_once=5)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_burst_and_then_the_pace(clock: Clock) -> None:
    bucket = Bucket(PACE, clock)
    assert [bucket.take() for _ in range(5)] == [0] * 5
    assert bucket.take() == pytest.approx(3)
    clock.now += 3
    assert bucket.take() == 0
    assert bucket.take() > 0


def test_being_refused_costs_nothing(clock: Clock) -> None:
    bucket = Bucket(PACE, clock)
    for _ in range(100):
        bucket.take()
    clock.now += 3
    assert bucket.take() == 0


def test_in_a_minute_no_more_than_the_pace_and_the_burst(clock: Clock) -> None:
    bucket = Bucket(PACE, clock)
    taken = 0
    for _ in range(600):
        taken += bucket.take() == 0
        clock.now += 0.1
    assert taken <= 25


def test_all_or_none(clock: Clock) -> None:
    session, address = Bucket(PACE, clock), Bucket(Pace(60, 1), clock)
    assert take_all(address, session) == 0
    assert take_all(address, session) == pytest.approx(1)
    assert [session.take() for _ in range(4)] == [0] * 4  # nothing was taken in vain


def test_quiet_names_are_forgotten_and_busy_ones_are_not(clock: Clock) -> None:
    buckets = Buckets(PACE, clock)
    for number in range(1000):
        buckets.of(f"address {number}").take()
    clock.now += 1
    buckets.forget_full()
    assert len(buckets) == 1000
    clock.now += 3
    buckets.forget_full()
    assert len(buckets) == 0


def test_a_new_name_is_no_new_bucket(clock: Clock) -> None:
    buckets = Buckets(PACE, clock)
    for _ in range(5):
        buckets.of("before").take()
    buckets.move("before", "after")
    assert buckets.of("after").take() > 0
    buckets.move("unknown", "other")
    assert buckets.of("other").take() == 0
