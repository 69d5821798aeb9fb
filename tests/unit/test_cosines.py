"""Examples kept in eight bits: what is lost by it, and that it comes back from a file."""

import numpy as np
import pytest

from mesobot.nlu.cosines import Cosines, in_eight_bits


@pytest.fixture
def vectors() -> np.ndarray:
    found = np.random.default_rng(3).standard_normal((500, 192)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_a_vector_is_compared_with_the_vectors_as_they_were_kept(vectors: np.ndarray) -> None:
    cosines, kept = Cosines.of(vectors)
    for text in vectors[:20]:
        assert cosines(text) == pytest.approx(kept @ text, abs=0.003)


def test_little_is_lost_by_keeping_them_so(vectors: np.ndarray) -> None:
    _, kept = Cosines.of(vectors)
    assert np.abs(kept - vectors).max() <= np.abs(vectors).max() / 63 / 2 * 1.01


def test_seven_bits_are_used_so_that_no_processor_saturates(vectors: np.ndarray) -> None:
    levels, scales = in_eight_bits(vectors)
    assert np.abs(levels).max() == 63
    assert levels * scales[:, np.newaxis] == pytest.approx(vectors, abs=0.01)


def test_an_empty_vector_stays_empty() -> None:
    cosines, kept = Cosines.of(np.zeros((3, 4), dtype=np.float32))
    assert not kept.any()
    assert not cosines(np.ones(4, dtype=np.float32)).any()


def test_neighbours_in_a_file_say_the_same(vectors: np.ndarray) -> None:
    cosines, _ = Cosines.of(vectors)
    again = Cosines(cosines.graph)
    assert (again(vectors[7]) == cosines(vectors[7])).all()
