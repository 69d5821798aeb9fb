from datetime import timedelta

import pytest

from mesobot.consultation.retrying import Retrying
from tests.unit.consultation.deliveries import NOW, delivery

RETRYING = Retrying()


def seconds(attempts: int, dice: float, asked: timedelta | None = None) -> float:
    return RETRYING.wait(attempts, lambda: dice, asked).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "longest"), [(0, 30), (1, 60), (2, 120), (6, 1920), (7, 3600), (10_000, 3600)]
)
def test_waits_double_up_to_an_hour(attempts: int, longest: int) -> None:
    assert seconds(attempts, 1.0) == longest
    assert seconds(attempts, 0.5) == longest / 2


def test_no_wait_is_so_short_that_it_would_be_a_hot_loop() -> None:
    assert seconds(0, 0.0) == 1


def test_a_pause_that_was_asked_for_is_never_cut_short() -> None:
    assert seconds(0, 0.0, timedelta(minutes=10)) == 600
    assert seconds(9, 1.0, timedelta(minutes=10)) == 630
    assert seconds(0, 0.0, timedelta(0)) == 1


@pytest.mark.parametrize(
    ("attempts", "days", "exhausted"),
    [(71, 3, True), (70, 3, False), (71, 2.9, False), (500, 0.5, False), (0, 30, False)],
)
def test_given_up_only_after_many_attempts_and_three_days(
    attempts: int, days: float, exhausted: bool
) -> None:
    tried = delivery(attempts=attempts)
    assert RETRYING.exhausted(tried, NOW + timedelta(days=days)) is exhausted
