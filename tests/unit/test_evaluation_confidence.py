import pytest

from mesobot.evaluation.confidence import Guess, calibrate, sweep


def guesses(confidence: float, right: int, wrong: int) -> list[Guess]:
    return [Guess(confidence, is_right, True) for is_right in [True] * right + [False] * wrong]


def test_confidence_that_equals_the_share_right_is_well_calibrated() -> None:
    found = calibrate(guesses(0.75, right=3, wrong=1))
    assert found.expected_error == pytest.approx(0.0)
    assert found.brier == pytest.approx((3 * 0.25**2 + 0.75**2) / 4)


def test_the_calibration_error_weighs_bins_by_their_size() -> None:
    found = calibrate([*guesses(0.95, right=1, wrong=2), *guesses(0.25, right=1, wrong=0)])
    assert [(each.low, each.right.hits, each.right.total) for each in found.bins] == [
        (0.2, 1, 1),
        (0.9, 1, 3),
    ]
    assert found.expected_error == pytest.approx((3 * (0.95 - 1 / 3) + 0.75) / 4)


def test_full_confidence_belongs_to_the_last_bin() -> None:
    assert calibrate(guesses(1.0, right=2, wrong=0)).bins[0].low == 0.9


def test_without_guesses_there_is_no_calibration() -> None:
    with pytest.raises(ValueError, match="nothing to calibrate"):
        calibrate([])


def test_a_higher_threshold_answers_less_and_more_reliably() -> None:
    in_scope = [*guesses(0.3, right=0, wrong=2), *guesses(0.8, right=2, wrong=0)]
    points = {point.threshold: point for point in sweep(in_scope, guesses(0.3, right=0, wrong=1))}
    assert len(points) == 101
    assert (points[0.2].coverage.share, points[0.2].selective_accuracy.share) == (1.0, 0.5)
    assert (points[0.5].coverage.share, points[0.5].selective_accuracy.share) == (0.5, 1.0)
    assert (points[0.2].off_topic_answered.hits, points[0.5].off_topic_answered.hits) == (1, 0)
    assert points[0.9].selective_accuracy.share is None


def test_a_guess_that_leads_to_no_answer_is_not_covered() -> None:
    (first, *_) = sweep([Guess(0.9, True, answers=False)], [])
    assert first.coverage.hits == 0


def test_an_off_topic_message_may_get_an_accepted_answer() -> None:
    (first, *_) = sweep([], guesses(0.9, right=1, wrong=0))
    assert first.off_topic_answered.hits == 0
