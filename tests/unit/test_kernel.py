"""The kernel matrix: quicker than the plain formula, with the same numbers."""

import numpy as np
import pytest
from scipy import linalg, sparse

from mesobot.nlu import kernel
from mesobot.nlu.kernel import gaussian, kernel_matrix, solve


@pytest.fixture
def examples(monkeypatch) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Seven examples, more than are computed at once, with more n-grams than are dense."""
    monkeypatch.setattr(kernel, "_ROWS", 3)
    monkeypatch.setattr(kernel, "_COMMON", 4)
    chance = np.random.default_rng(1)
    vectors = chance.standard_normal((7, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    grams = sparse.random(7, 20, 0.4, format="csr", dtype=np.float32, random_state=2)
    return vectors, grams


def plain(vectors: np.ndarray, grams: sparse.csr_matrix) -> np.ndarray:
    return gaussian(vectors @ vectors.T) + (grams @ grams.T).toarray()


def test_the_lower_triangle_is_the_plain_formula(examples) -> None:
    assert np.tril(kernel_matrix(*examples)) == pytest.approx(np.tril(plain(*examples)), abs=1e-6)


def test_the_solution_is_that_of_the_whole_matrix(examples) -> None:
    targets = np.eye(7, 2, dtype=np.float32)
    whole = plain(*examples) + 0.05 * np.eye(7)
    found = solve(kernel_matrix(*examples), targets, 0.05)
    assert found == pytest.approx(linalg.solve(whole, targets), abs=1e-4)
    assert found.dtype == np.float32


def test_few_ngrams_are_all_dense(examples) -> None:
    vectors, grams = examples
    few = grams[:, :2].tocsr()
    assert np.tril(kernel_matrix(vectors, few)) == pytest.approx(
        np.tril(plain(vectors, few)), abs=1e-6
    )
