"""The kernel matrix of all examples, and the linear system that learning solves.

Both are symmetric: only one triangle is computed and kept. Whatever is computed here twice
(with ``n`` near 20,000) costs seconds of each training, and the matrix is its largest piece of memory.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

FloatArray = npt.NDArray[np.float32]

_WIDTH = 1.5
"""Of the Gaussian kernel ``exp(-width * (1 - cosine))``."""
_ROWS = 1024
"""Rows computed at once: little memory beside the matrix, much for each call of the libraries."""
_COMMON = 800
"""N-grams, the most frequent first, that are multiplied as a dense matrix. A sparse product costs
the square of how many texts have an n-gram: these are a hundredth of them, and 97 % of that cost."""


def gaussian(cosines: FloatArray) -> FloatArray:
    """The Gaussian kernel of two texts' vectors, from their cosine similarity; any shape."""
    result: FloatArray = np.exp(np.float32(_WIDTH) * (cosines - np.float32(1.0)))
    return result


def kernel_matrix(reduced: FloatArray, grams: sparse.csr_matrix) -> FloatArray:
    """How alike each two texts are: Gaussian of their vectors plus inner product of their n-grams.

    Args:
        reduced: vectors [n, c], of unit length or a little less.
        grams: n-grams, sparse [n, v].

    Returns:
        [n, n], whose lower triangle is filled. The upper one is zero, and so takes no memory, except
        near the diagonal.
    """
    count = len(reduced)
    common, rare = _by_frequency(grams)
    kernel: FloatArray = np.zeros((count, count), dtype=np.float32)
    for begin in range(0, count, _ROWS):
        end = min(begin + _ROWS, count)
        rows = kernel[begin:end, :end]
        rows += gaussian(reduced[begin:end] @ reduced[:end].T)
        rows += common[begin:end] @ common[:end].T
        rows += (rare[begin:end] @ rare[:end].T).toarray()
    return kernel


def solve(kernel: FloatArray, targets: FloatArray, ridge: float) -> FloatArray:
    """The weights [n, k] with ``(kernel + ridge) weights = targets``; overwrites ``kernel``.

    Args:
        kernel: from :func:`kernel_matrix`.
        targets: [n, k].
        ridge: added to the diagonal, > 0.

    Raises:
        LinAlgError: if the matrix is not positive definite.
    """
    kernel[np.diag_indices_from(kernel)] += np.float32(ridge)
    # LAPACK counts in columns: seen like that, the same numbers are the upper triangle.
    factor = linalg.cho_factor(kernel.T, lower=False, overwrite_a=True, check_finite=False)
    weights: FloatArray = linalg.cho_solve(factor, targets, check_finite=False)
    return weights


def _by_frequency(grams: sparse.csr_matrix) -> tuple[FloatArray, sparse.csr_matrix]:
    """The most frequent n-grams as a dense matrix, and the others."""
    in_texts = np.bincount(grams.indices, minlength=grams.shape[1])
    order = np.argsort(-in_texts, kind="stable")
    common: FloatArray = grams[:, order[:_COMMON]].toarray()
    return common, sparse.csr_matrix(grams[:, order[_COMMON:]])
