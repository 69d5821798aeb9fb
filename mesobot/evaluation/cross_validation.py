"""How well the topic model understands examples that were left out of its training.

Harder than it looks in one way and easier in another: each fold learns from fewer examples,
but the examples of one topic came from the same writers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mesobot.evaluation.confusion import Judged, TopicFigures, figures_by_topic
from mesobot.evaluation.proportion import Proportion, share_of
from mesobot.nlu.encoder import Encoder, FloatArray, encode_all
from mesobot.nlu.topic_model import TopicModel, normalise

Example = tuple[str, str]
"""A text and its topic."""

_FOLDS = 5
_SEED = 20240607


@dataclass(frozen=True)
class CrossValidation:
    """Accuracy on all examples, on each fold, and by topic (full names)."""

    accuracy: Proportion
    folds: tuple[Proportion, ...]
    topics: tuple[TopicFigures, ...]


class CachedEncoder:
    """An encoder that has seen all texts before: each fold would encode them again."""

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        """Encode the texts, normalised as the topic model does."""
        cleaned = sorted({normalise(text) for text in texts})
        self._vectors: dict[str, FloatArray] = dict(
            zip(cleaned, encode_all(encoder, cleaned), strict=True)
        )

    def encode(self, text: str) -> FloatArray:
        """The vectors of one of the texts."""
        return self._vectors[text]


def read_examples(data: Path) -> list[Example]:
    """The examples that the topic model is trained on."""
    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.shared.nlu.constants import TEXT

    return [
        (str(example.get(TEXT)), str(example.get_full_intent()))
        for example in RasaFileImporter(training_data_paths=[str(data)])
        .get_nlu_data()
        .intent_examples
    ]


def cross_validate(
    examples: Sequence[Example], encoder: Encoder, say: Callable[[str], None]
) -> CrossValidation:
    """Train on four fifths and rank the rest, five times, with every topic in each fifth.

    Args:
        examples: at least five of each topic.
        encoder: the sentence encoder.
        say: told in one line which fold is done.
    """
    from sklearn.model_selection import StratifiedKFold

    texts, topics = zip(*examples, strict=True)
    cached = CachedEncoder(encoder, texts)
    splits = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED).split(texts, topics)
    judged: list[list[Judged]] = []
    for number, (train, test) in enumerate(splits, start=1):
        model = TopicModel.fit([texts[i] for i in train], [topics[i] for i in train], cached)
        judged.append([(topics[i], model.rank(texts[i])[0].topic) for i in test])
        say(f"  fold {number} of {_FOLDS}")
    everything = [pair for fold in judged for pair in fold]
    return CrossValidation(
        accuracy=_accuracy(everything),
        folds=tuple(_accuracy(fold) for fold in judged),
        topics=figures_by_topic(everything),
    )


def _accuracy(judged: Sequence[Judged]) -> Proportion:
    return share_of(asked == understood for asked, understood in judged)
