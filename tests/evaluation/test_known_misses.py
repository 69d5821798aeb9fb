"""The list of known misses only shrinks: nothing new is missed, nothing mended stays listed.

It was written with `.venv/bin/mesobot evaluate --write-known-misses`, which takes off what is
right by now; `--allow-growth` puts on what is newly missed, for a model that gains more than it
loses.
"""

import pytest

from mesobot.evaluation.evaluate import KNOWN_MISSES
from mesobot.evaluation.known_misses import Comparison, compare, read_known_misses

# Processors differ in the last digits of the int8 encoder, so messages near a threshold may fall
# on the other side of it. The shares in test_held_out.py allow for no more.
DIFFERENT_AT_MOST = 6


@pytest.fixture(scope="module")
def comparison(outcomes) -> Comparison:
    return compare(list(outcomes), read_known_misses(KNOWN_MISSES))


def test_nothing_is_missed_that_was_right(comparison) -> None:
    assert len(comparison.new) <= DIFFERENT_AT_MOST, comparison.new


def test_what_is_right_by_now_is_taken_off_the_list(comparison) -> None:
    assert len(comparison.mended) <= DIFFERENT_AT_MOST, (
        f"shrink the file: mesobot evaluate --write-known-misses\n{comparison.mended}"
    )


def test_the_list_names_only_held_out_messages(comparison) -> None:
    assert comparison.vanished == ()


def test_the_list_is_sorted_without_repetition() -> None:
    known = read_known_misses(KNOWN_MISSES)
    assert known == sorted(set(known))
