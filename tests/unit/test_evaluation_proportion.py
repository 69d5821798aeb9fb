import pytest

from mesobot.evaluation.proportion import proportion, share_of


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # The rule of three in its exact form: 1 - 0.025 ** (1 / n), and its mirror image.
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        # Known to every table of exact intervals.
        (5, 10, 0.1871, 0.8129),
        (1, 20, 0.0013, 0.2487),
        (321, 323, 0.9778, 0.9992),
    ],
)
def test_exact_intervals(hits: int, total: int, low: float, high: float) -> None:
    found = proportion(hits, total)
    assert found.share == hits / total
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


def test_of_nothing_nothing_is_known() -> None:
    found = proportion(0, 0)
    assert (found.share, found.low, found.high) == (None, 0.0, 1.0)


@pytest.mark.parametrize(("hits", "total"), [(-1, 5), (6, 5)])
def test_an_impossible_count_is_refused(hits: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no proportion"):
        proportion(hits, total)


def test_a_share_is_counted() -> None:
    found = share_of(number > 2 for number in range(5))
    assert (found.hits, found.total) == (2, 5)
