"""Texts as weighted n-grams of characters and of words.

Characters forgive misspellings; words keep the little phrases that turn a meaning round
("no fever", "what if", "years ago"). Both are TF-IDF vectors of unit length (scikit-learn),
scaled so that their inner product is a sum of two kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_CHARACTERS = {"analyzer": "char_wb", "ngram_range": (1, 5)}
_WORDS = {"analyzer": "word", "ngram_range": (1, 3), "token_pattern": r"(?u)\b\w+\b|[?!]"}
_KINDS = (_CHARACTERS, _WORDS)
_ENOUGH_FOR_WORDS = 5000
"""Texts from which words are used: with a few hundred their phrases fit by chance
(docs/evaluation.md)."""
_TINY = 1e-9
_SCALES = (sqrt(0.3), sqrt(0.8))
"""Square roots of the weights of the two kernels (docs/evaluation.md)."""


class Ngrams:
    """Fitted n-grams: ``v`` of characters and words together."""

    def __init__(self, vectorizers: Sequence[TfidfVectorizer]) -> None:
        """Use :meth:`fit` or :meth:`restore`."""
        self._vectorizers = tuple(vectorizers)
        self._analyzers = [v.build_analyzer() for v in vectorizers]
        # The property of the vectorizer computes them anew each time.
        self._idf = [v.idf_.astype(np.float32) for v in vectorizers]
        self._starts = np.cumsum([0, *(len(v.vocabulary_) for v in vectorizers)])
        # Only words of the examples are remembered, never what else a patient typed.
        self._words = vectorizers[-1].vocabulary_ if len(vectorizers) == len(_KINDS) else {}
        self._of_words: dict[str, IntArray] = {}

    @classmethod
    def fit(cls, texts: Sequence[str]) -> tuple[Ngrams, sparse.csr_matrix]:
        """Learn the n-grams of ``n`` texts; they and the texts' vectors, sparse [n, v].

        An n-gram of a single text teaches nothing and costs time: it is left out, unless
        there are so few texts that nothing else would be left.
        """
        kinds = _KINDS if len(texts) >= _ENOUGH_FOR_WORDS else _KINDS[:1]
        vectorizers = [_vectorizer(kind, fewest=2) for kind in kinds]
        try:
            parts = [v.fit_transform(texts) for v in vectorizers]
        except ValueError:  # scikit-learn's "no terms remain"
            vectorizers = [_vectorizer(kind, fewest=1) for kind in kinds]
            parts = [v.fit_transform(texts) for v in vectorizers]
        return cls(vectorizers), _side_by_side(parts)

    def vector(self, text: str) -> tuple[IntArray, FloatArray]:
        """Which n-grams a text has, and how much of each.

        What ``TfidfVectorizer.transform`` does, without the sparse matrices on the way: they
        cost more than the rest of a ranking.
        """
        indices, amounts = [], []
        for kind in range(len(self._vectorizers)):
            # Those of characters do not reach across words: a text has those of its words.
            all_of_it = self._found(kind, text) if kind else self._of_each_word(text)
            found, times = np.unique(all_of_it, return_counts=True)
            weights = (np.log(times.astype(np.float32)) + 1) * self._idf[kind][found]
            length = max(float(np.linalg.norm(weights)), _TINY)
            indices.append(found + self._starts[kind])
            amounts.append(weights * np.float32(_SCALES[kind] / length))
        return np.concatenate(indices), np.concatenate(amounts)

    def _of_each_word(self, text: str) -> IntArray:
        found = [np.empty(0, np.int64)]
        for word in text.split():
            of_word = self._of_words.get(word)
            if of_word is None:
                of_word = self._found(0, word)
                if word in self._words:
                    self._of_words[word] = of_word
            found.append(of_word)
        return np.concatenate(found)

    def _found(self, kind: int, text: str) -> IntArray:
        """The known n-grams of a text, each as often as it is there."""
        known = self._vectorizers[kind].vocabulary_
        return np.array([known[g] for g in self._analyzers[kind](text) if g in known], np.int64)

    def settings(self) -> list[list[str]]:
        """The n-grams, for JSON."""
        return [list(v.get_feature_names_out()) for v in self._vectorizers]

    def weights(self) -> list[FloatArray]:
        """The inverse document frequencies, for an array file."""
        return list(self._idf)

    @classmethod
    def restore(cls, settings: Sequence[list[str]], weights: Sequence[FloatArray]) -> Ngrams:
        """The reverse of :meth:`settings` and :meth:`weights`."""
        vectorizers = []
        kinds = _KINDS[: len(settings)]
        for kind, ngrams, idf in zip(kinds, settings, weights, strict=True):
            vectorizer = _vectorizer(kind, fewest=1, vocabulary=ngrams)
            vectorizer.idf_ = idf
            vectorizers.append(vectorizer)
        return cls(vectorizers)


def _side_by_side(parts: Sequence[Any]) -> sparse.csr_matrix:
    scales = _SCALES[: len(parts)]
    scaled = [part * np.float32(scale) for part, scale in zip(parts, scales, strict=True)]
    return sparse.csr_matrix(sparse.hstack(scaled), dtype=np.float32)


def _vectorizer(
    kind: dict[str, Any], fewest: int, vocabulary: list[str] | None = None
) -> TfidfVectorizer:
    return TfidfVectorizer(
        **kind,
        sublinear_tf=True,
        min_df=fewest,
        lowercase=False,  # the texts are
        vocabulary=vocabulary,
        dtype=np.float32,
    )
