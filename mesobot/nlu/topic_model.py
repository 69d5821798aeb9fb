"""Decides which topic a text is about, and how sure that is.

A topic's *belief* is kernel ridge regression on one-hot targets (regularised least squares
classification; Rifkin, Yeo & Poggio 2003). Two texts are alike by a Gaussian kernel on the
encoder's last layers plus the inner product of their n-grams. Its *score* is the
mean of that belief and of the cosine similarity to the topic's nearest example, which
rejects texts that resemble nothing we know (see docs/evaluation.md for what was measured).

Nothing here knows Rasa, and what is learned is stored as arrays and JSON, never pickled.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mesobot.nlu.cosines import Cosines, in_eight_bits
from mesobot.nlu.encoder import Encoder, encode_all
from mesobot.nlu.kernel import gaussian, kernel_matrix, solve
from mesobot.nlu.ngrams import Ngrams

FloatArray = npt.NDArray[np.float32]

ARRAYS_FILE = "topic_model.npz"
ALIKE_FILE = "alike.onnx"
SETTINGS_FILE = "topic_model.json"

_FEWEST_TOPICS = 2
_DIMENSIONS = 192
"""Principal components kept of the layers: more change no figure and cost time."""
_RIDGE = 0.05
_COMPARED = 8
"""Topics, by belief, whose nearest example is looked for; the others score 0."""
_LOOKED_AT = 64
"""Examples of a topic among which its nearest is looked for."""


class Ranked(NamedTuple):
    """One candidate topic, its score and its belief, both in [0, 1]."""

    topic: str
    score: float
    belief: float = 0.0


def normalise(text: str) -> str:
    """Lower case without diacritics and with single spaces.

    Turkish dotted capital I is mapped first: its Unicode lower case is two code points.
    """
    lowered = text.replace("İ", "i").lower()
    plain = unicodedata.normalize("NFKD", lowered)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


class TopicModel:
    """Kernel ridge regression and the nearest example (see the module's docstring)."""

    def __init__(
        self,
        encoder: Encoder,
        topics: Sequence[str],
        ngrams: Ngrams,
        arrays: dict[str, npt.NDArray[Any]],
        alike: Cosines,
    ) -> None:
        """Assemble a trained model; use :meth:`fit` or :meth:`load`.

        Args:
            encoder: turns texts into ``l`` vectors of ``d`` dimensions.
            topics: the ``k`` topic names, sorted.
            ngrams: fitted, ``v`` of them.
            arrays: ``means`` [l, d] and ``components`` [l*d, c] of the reduction;
                ``starts`` [k]: where each topic's examples begin; of the examples, sorted by
                topic, ``weights`` [n, k] and ``embeddings`` [n, d] in eight bits with
                ``scales`` [n]; ``ngram_weights`` [v, k].
            alike: compares a reduced vector [c] with those of the ``n`` examples.
        """
        self.topics = list(topics)
        self._encoder = encoder
        self._ngrams = ngrams
        self._arrays = arrays
        self._alike = alike
        self._ends = np.append(arrays["starts"][1:], len(arrays["weights"])).astype(int)

    @classmethod
    def fit(cls, texts: Sequence[str], topics: Sequence[str], encoder: Encoder) -> TopicModel:
        """Learn from examples; the kernel matrix takes ``2 n^2`` bytes meanwhile.

        Args:
            texts: ``n`` example messages.
            topics: the topic of each.
            encoder: the sentence encoder to learn with and to predict with.

        Raises:
            ValueError: if the lists differ in length or hold fewer than two topics.
        """
        if len(texts) != len(topics):
            raise ValueError(f"{len(texts)} texts but {len(topics)} topics")
        names = sorted(set(topics))
        if len(names) < _FEWEST_TOPICS:
            raise ValueError("at least two different topics are needed to tell them apart")
        order = sorted(range(len(texts)), key=lambda i: (topics[i], texts[i]))
        cleaned = [normalise(texts[i]) for i in order]
        labels = np.array([names.index(topics[i]) for i in order])
        ngrams, grams = Ngrams.fit(cleaned)
        layers = encode_all(encoder, cleaned)
        means = layers.mean(axis=0)
        centred = _centred(layers, means)
        components = _principal_components(centred)
        alike, kept = Cosines.of(centred @ components)
        embeddings, scales = in_eight_bits(layers[:, 0])
        targets = np.eye(len(names), dtype=np.float32)[labels]
        weights = solve(kernel_matrix(kept, grams), targets, _RIDGE)
        arrays: dict[str, npt.NDArray[Any]] = {
            "means": means,
            "components": components,
            "embeddings": embeddings,
            "scales": scales,
            "starts": np.searchsorted(labels, np.arange(len(names))),
            "weights": weights,
            "ngram_weights": np.asarray(grams.T @ weights, dtype=np.float32),
        }
        return cls(encoder, names, ngrams, arrays, alike)

    def rank(self, text: str) -> list[Ranked]:
        """All topics, most likely first; an empty text ranks everything at 0."""
        return self.rank_all([text])[0]

    def rank_all(self, texts: Sequence[str]) -> list[list[Ranked]]:
        """The same for each of several texts, in less time.

        The encoder and what was learned are together larger than a processor's cache: one after
        the other for all texts, they are read from memory less often than in turns for each.
        """
        cleaned = [normalise(text) for text in texts]
        layers = [self._encoder.encode(text) if text else None for text in cleaned]
        return [self._ranked(*pair) for pair in zip(cleaned, layers, strict=True)]

    def _ranked(self, cleaned: str, layers: FloatArray | None) -> list[Ranked]:
        if layers is None:
            return [Ranked(topic, 0.0) for topic in self.topics]
        means, components = self._arrays["means"], self._arrays["components"]
        alike = self._alike(_centred(layers[np.newaxis], means)[0] @ components)
        beliefs = np.clip(self._beliefs(cleaned, alike), 0.0, 1.0)
        scores = np.zeros_like(beliefs)
        for topic in np.argsort(-beliefs, kind="stable")[:_COMPARED]:
            nearest = self._nearest(topic, alike, layers[0])
            scores[topic] = (beliefs[topic] + min(max(nearest, 0.0), 1.0)) / 2
        best_first = np.argsort(-scores, kind="stable")
        return [Ranked(self.topics[i], float(scores[i]), float(beliefs[i])) for i in best_first]

    def _beliefs(self, cleaned: str, alike: FloatArray) -> FloatArray:
        """What the regression says, [k]; mostly within [0, 1]."""
        beliefs: FloatArray = gaussian(alike) @ self._arrays["weights"]
        present, amounts = self._ngrams.vector(cleaned)
        beliefs += amounts @ self._arrays["ngram_weights"][present]
        return beliefs

    def _nearest(self, topic: int, alike: FloatArray, embedding: FloatArray) -> float:
        """The largest cosine of an embedding [d] with those of a topic's examples.

        Only the examples most alike by all layers are looked at: the others would have to be
        fetched from memory, and in 199 of 200 questions they change nothing.
        """
        own = slice(int(self._arrays["starts"][topic]), self._ends[topic])
        fewer = min(_LOOKED_AT, self._ends[topic] - own.start)
        found = np.argpartition(-alike[own], fewer - 1)[:fewer] + own.start
        cosines = (self._arrays["embeddings"][found] @ embedding) * self._arrays["scales"][found]
        return float(cosines.max())

    def save(self, folder: Path) -> None:
        """Write the learned arrays and settings into ``folder``."""
        frequencies = {f"idf_{i}": idf for i, idf in enumerate(self._ngrams.weights())}
        np.savez(folder / ARRAYS_FILE, **self._arrays, **frequencies)
        (folder / ALIKE_FILE).write_bytes(self._alike.graph)
        settings = {"topics": self.topics, "ngrams": self._ngrams.settings()}
        (folder / SETTINGS_FILE).write_text(
            json.dumps(settings, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> TopicModel:
        """Read what :meth:`save` wrote."""
        settings = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        frequencies = [arrays.pop(f"idf_{i}") for i in range(len(settings["ngrams"]))]
        ngrams = Ngrams.restore(settings["ngrams"], frequencies)
        alike = Cosines((folder / ALIKE_FILE).read_bytes())
        return cls(encoder, settings["topics"], ngrams, arrays, alike)


def _centred(layers: FloatArray, means: FloatArray) -> FloatArray:
    """Layers [n, l, d] around their means, each of unit length, side by side: [n, l*d]."""
    centred = layers - means
    lengths = np.linalg.norm(centred, axis=2, keepdims=True)
    unit = centred / np.maximum(lengths, np.float32(1e-6)) / np.sqrt(np.float32(layers.shape[1]))
    flat: FloatArray = unit.reshape(len(layers), -1).astype(np.float32, copy=False)
    return flat


def _principal_components(rows: FloatArray) -> FloatArray:
    """The directions of the largest second moments, [columns, at most 192]."""
    _, vectors = np.linalg.eigh(rows.T @ rows)
    components: FloatArray = np.ascontiguousarray(vectors[:, -_DIMENSIONS:])
    return components
