"""The n-grams of one text, made word by word, beside what scikit-learn makes of the whole."""

from math import sqrt

import numpy as np
import pytest
from scipy import sparse

from mesobot.nlu import ngrams
from mesobot.nlu.ngrams import Ngrams

TEXTS = ["does it hurt", "does it hurt a lot", "how long does it take", "how long is it"]


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> Ngrams:
    monkeypatch.setattr(ngrams, "_ENOUGH_FOR_WORDS", len(TEXTS))  # words as well
    return Ngrams.fit(TEXTS)[0]


@pytest.mark.parametrize(
    "text", [*TEXTS, "does it it it hurt?", "hurts!", "lorem", "a i", "how  long,is it"]
)
def test_a_text_has_the_ngrams_that_scikit_learn_finds(fitted: Ngrams, text: str) -> None:
    scales = (sqrt(0.3), sqrt(0.8))
    parts = [v.transform([text]) * s for v, s in zip(fitted._vectorizers, scales, strict=True)]
    expected = sparse.hstack(parts).toarray()[0]
    for _ in range(2):  # the second time words are remembered
        present, amounts = fitted.vector(text)
        found = np.zeros_like(expected)
        found[present] = amounts
        assert found == pytest.approx(expected, abs=1e-6)


def test_only_words_of_the_examples_are_remembered(fitted: Ngrams) -> None:
    fitted.vector("does ada okur hurt")
    assert set(fitted._of_words) <= {"does", "it", "hurt", "how", "long"}
    assert {"does", "hurt"} <= set(fitted._of_words)
