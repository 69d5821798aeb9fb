"""Finds held-out questions that the assistant has, nearly, been trained on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mesobot.nlu.topic_model import normalise

SIMILAR_FROM = 0.85
"""Share of matching characters (Indel similarity) from which two texts count as one."""

_MASKED = re.compile(r"\d+|[^\w\s]|\b(?:the|a|an|please|pls|hi|hello|hey)\b")


@dataclass(frozen=True)
class Leak:
    """A held-out question and the training example it is too close to."""

    question: str
    example: str
    similarity: float


def mask(text: str) -> str:
    """The text without digits, punctuation, articles and greetings."""
    return " ".join(_MASKED.sub(" ", normalise(text)).split())


def find_leaks(questions: Sequence[str], examples: Sequence[str]) -> list[Leak]:
    """Held-out questions that equal or resemble an example (exact, masked, or similar)."""
    from rapidfuzz import fuzz, process

    masked_examples = [mask(example) for example in examples]
    scores = process.cdist(
        [mask(question) for question in questions],
        masked_examples,
        scorer=fuzz.ratio,
        score_cutoff=SIMILAR_FROM * 100,
        dtype=np.uint8,
        workers=-1,
    )
    leaks = []
    for question, row in zip(questions, scores, strict=True):
        nearest = int(row.argmax())
        if row[nearest] >= SIMILAR_FROM * 100:
            leaks.append(Leak(question, examples[nearest], float(row[nearest]) / 100))
    return leaks
