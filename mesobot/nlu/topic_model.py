"""Decides which topic a text is about, and how sure that is.

The score of a topic is ``p^3/8 * (1-q)^1/8 * e``: ``p`` is the probability that logistic
regression gives it on [sentence embedding, character n-grams], ``q`` what it gives the
background class (texts about nothing we know), and ``e`` the cosine similarity of the text
to the topic's nearest example. The nearest example is what rejects texts that resemble
nothing we know: probability alone is high for some topic whatever one types. ``q`` keeps a
question alive that two neighbouring topics share. (Without ``q`` this is sqrt(p) * e; the
exponents were chosen on a development set of our own and on HINT3, Arora et al. 2020.)

Nothing here knows Rasa, and what is learned is stored as arrays and JSON, never pickled.
"""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from mesobot.nlu.encoder import Encoder, encode_all

FloatArray = npt.NDArray[np.float32]

ARRAYS_FILE = "topic_model.npz"
SETTINGS_FILE = "topic_model.json"

_SEED = 0
_FEWEST_TOPICS = 2
_REGULARISATION = 10.0
_CHARACTER_NGRAMS = (1, 5)
_TOPIC_EXPONENT = 3 / 8
_KNOWN_EXPONENT = 1 / 8
_MAX_ITERATIONS = 40
"""Enough: on the development set no figure changes from here to convergence at 200."""


@dataclass(frozen=True)
class Ranked:
    """One candidate topic and its score in [0, 1]."""

    topic: str
    score: float


def normalise(text: str) -> str:
    """Lower case without diacritics and with single spaces.

    Turkish dotted capital I is mapped first: its Unicode lower case is two code points.
    """
    lowered = text.replace("İ", "i").lower()
    plain = unicodedata.normalize("NFKD", lowered)
    return re.sub(r"\s+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


class TopicModel:
    """Logistic regression times the nearest example (see the module's docstring)."""

    def __init__(
        self,
        encoder: Encoder,
        topics: Sequence[str],
        vectorizer: TfidfVectorizer,
        arrays: dict[str, FloatArray],
        background: str | None = None,
    ) -> None:
        """Assemble a trained model; use :meth:`fit` or :meth:`load`.

        Args:
            encoder: turns texts into vectors of ``d`` dimensions.
            topics: the ``k`` topic names, sorted.
            vectorizer: fitted character n-gram vectoriser with ``v`` n-grams.
            arrays: ``coef`` [k, d+v], ``intercept`` [k], ``examples`` [n, d] sorted by
                topic, ``starts`` [k]: where each topic's examples begin.
            background: name of the class of texts about nothing we know, if there is one.
        """
        self.topics = list(topics)
        self.background = background
        self._encoder = encoder
        self._vectorizer = vectorizer
        self._arrays = arrays
        dimensions = arrays["examples"].shape[1]
        self._dense_coef = arrays["coef"][:, :dimensions]
        self._gram_coef = np.ascontiguousarray(arrays["coef"][:, dimensions:].T)

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        topics: Sequence[str],
        encoder: Encoder,
        background: str | None = None,
    ) -> TopicModel:
        """Learn from examples.

        Args:
            texts: ``n`` example messages.
            topics: the topic of each.
            encoder: the sentence encoder to learn with and to predict with.
            background: which of the topics, if any, is the background class.

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
        vectorizer = _vectorizer()
        grams = sparse.csr_matrix(vectorizer.fit_transform(cleaned), dtype=np.float32)
        vectors = encode_all(encoder, cleaned)
        regression = LogisticRegression(
            C=_REGULARISATION, max_iter=_MAX_ITERATIONS, random_state=_SEED
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
            regression.fit(sparse.hstack([sparse.csr_matrix(vectors), grams], format="csr"), labels)
        coef, intercept = regression.coef_, regression.intercept_
        if len(names) == _FEWEST_TOPICS:  # scikit-learn keeps one row for two classes
            coef, intercept = np.vstack([-coef, coef]) / 2, np.hstack([-intercept, intercept]) / 2
        arrays = {
            "coef": coef.astype(np.float32),
            "intercept": intercept.astype(np.float32),
            "examples": vectors,
            "starts": np.searchsorted(labels, np.arange(len(names))),
        }
        return cls(encoder, names, vectorizer, arrays, background)

    def rank(self, text: str) -> list[Ranked]:
        """All topics, most likely first; an empty text ranks everything at 0."""
        cleaned = normalise(text)
        if not cleaned:
            return [Ranked(topic, 0.0) for topic in self.topics]
        vector = self._encoder.encode(cleaned)
        grams = self._vectorizer.transform([cleaned])
        logits = (
            self._dense_coef @ vector
            + grams.data @ self._gram_coef[grams.indices]
            + self._arrays["intercept"]
        )
        odds = np.exp(logits - logits.max())
        starts = self._arrays["starts"]
        nearest = np.maximum.reduceat(self._arrays["examples"] @ vector, starts.astype(np.intp))
        scores = self._belief(odds / odds.sum()) * np.clip(nearest, 0.0, 1.0)
        best_first = np.argsort(-scores, kind="stable")
        return [Ranked(self.topics[i], float(scores[i])) for i in best_first]

    def _belief(self, probabilities: FloatArray) -> FloatArray:
        """What logistic regression contributes to the scores, [k] in [0, 1]."""
        if self.background not in self.topics:
            return np.sqrt(probabilities)
        index = self.topics.index(self.background)
        known = max(0.0, 1.0 - float(probabilities[index]))
        belief: FloatArray = probabilities**_TOPIC_EXPONENT * known**_KNOWN_EXPONENT
        belief[index] = np.sqrt(probabilities[index])
        return belief

    def save(self, folder: Path) -> None:
        """Write the learned arrays and settings into ``folder``."""
        np.savez_compressed(
            folder / ARRAYS_FILE,
            **self._arrays,
            idf=self._vectorizer.idf_.astype(np.float32),
        )
        settings = {
            "topics": self.topics,
            "background": self.background,
            "ngrams": [str(gram) for gram in self._vectorizer.get_feature_names_out()],
        }
        (folder / SETTINGS_FILE).write_text(
            json.dumps(settings, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> TopicModel:
        """Read what :meth:`save` wrote."""
        settings = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        vectorizer = _vectorizer(vocabulary=settings["ngrams"])
        vectorizer.idf_ = arrays.pop("idf")
        return cls(encoder, settings["topics"], vectorizer, arrays, settings["background"])


def _vectorizer(vocabulary: list[str] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=_CHARACTER_NGRAMS,
        sublinear_tf=True,
        min_df=2 if vocabulary is None else 1,  # an n-gram seen once teaches nothing and costs time
        lowercase=False,
        vocabulary=vocabulary,
        dtype=np.float32,
    )
