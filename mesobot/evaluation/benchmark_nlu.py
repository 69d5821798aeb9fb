"""Measures the topic model on any intent data set, as HINT3 does.

Metrics per confidence threshold after Arora et al. 2020 ("HINT3: Raising the bar for Intent
Detection in the Wild"): a prediction below the threshold counts as out of scope.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mesobot.nlu.encoder import Encoder
from mesobot.nlu.topic_model import TopicModel

Labelled = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """Figures at one threshold; all in [0, 1] but ``matthews`` in [-1, 1].

    Without out-of-scope rows in the test set, ``out_of_scope_recall`` is None.
    """

    threshold: float
    accuracy: float
    in_scope_accuracy: float | None
    out_of_scope_recall: float | None
    matthews: float


@dataclass(frozen=True)
class BenchmarkResult:
    """One row per threshold, and the one with the highest Matthews correlation."""

    thresholds: tuple[Row, ...]
    best: Row

    def as_json(self) -> dict[str, object]:
        """Plain values for a JSON file."""
        return {"thresholds": [asdict(row) for row in self.thresholds], "best": asdict(self.best)}


def read_labelled(path: Path) -> list[Labelled]:
    """Rows of a CSV file with the columns ``sentence`` and ``label``.

    Raises:
        ValueError: saying file, line and what is wrong.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"sentence", "label"} <= set(reader.fieldnames or []):
                raise ValueError(f"{path}: the first line must name the columns sentence,label")
            rows = []
            for row in reader:
                sentence, label = row["sentence"], row["label"]
                if not (sentence or "").strip() or not (label or "").strip():
                    raise ValueError(f"{path}:{reader.line_num}: sentence or label is empty")
                rows.append((sentence, label))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} cannot be read as a CSV file: {error}") from error
    if not rows:
        raise ValueError(f"{path}: no rows")
    return rows


def read_sentences(path: Path) -> list[str]:
    """Lines of a text file that are not empty.

    Raises:
        ValueError: if it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    return [line.strip() for line in lines if line.strip()]


def thinned(background: Sequence[str], train: Sequence[Labelled]) -> list[str]:
    """Every n-th sentence, so that there are at most half as many as to learn: those must not drown."""
    spread = max(1, -(-len(background) // max(1, len(train) // 2)))
    return list(background[::spread])


def benchmark(
    train: Sequence[Labelled],
    test: Sequence[Labelled],
    encoder: Encoder,
    out_of_scope: str | None = None,
    background: Sequence[str] = (),
) -> BenchmarkResult:
    """Train on one set and measure on the other.

    Args:
        train: sentences with their labels.
        test: the same; labels may include ``out_of_scope``.
        encoder: the sentence encoder.
        out_of_scope: label of sentences that belong to no class.
        background: sentences known to be out of scope, which are learned with the others.

    Raises:
        ValueError: if the training set has fewer than two labels.
    """
    rejected = out_of_scope if out_of_scope is not None else "(none)"
    known = [*train, *((sentence, rejected) for sentence in background)]
    texts, labels = zip(*known, strict=True)
    model = TopicModel.fit(texts, labels, encoder)
    best = [model.rank(text)[0] for text, _ in test]
    predicted = [ranked.topic for ranked in best]
    scores = np.array([ranked.score for ranked in best])
    actual = [label for _, label in test]
    rows = tuple(
        _row(round(float(step), 2), predicted, scores, actual, rejected)
        for step in np.arange(0, 1.0, 0.01)
    )
    return BenchmarkResult(rows, max(rows, key=lambda row: row.matthews))


def _row(
    threshold: float,
    predicted: list[str],
    scores: npt.NDArray[np.float64],
    actual: list[str],
    rejected: str,
) -> Row:
    from sklearn.metrics import matthews_corrcoef

    accepted = [
        label if score >= threshold else rejected
        for label, score in zip(predicted, scores, strict=True)
    ]
    right = np.array([a == b for a, b in zip(accepted, actual, strict=True)])
    inside = np.array([label != rejected for label in actual])
    return Row(
        threshold=threshold,
        accuracy=float(right.mean()),
        in_scope_accuracy=float(right[inside].mean()) if inside.any() else None,
        out_of_scope_recall=float(right[~inside].mean()) if (~inside).any() else None,
        matthews=float(matthews_corrcoef(actual, accepted)),
    )
