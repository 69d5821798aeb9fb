"""What Rasa does in training that changes nothing of what is learned, left out or done with less work.

With thousands of examples it takes longer than learning. None of it can be configured, so it is replaced
in Rasa's classes, in the process that trains. ``tests/unit/test_quicker_training.py`` compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from rasa.engine.training.hooks import TrainingHook
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.constants import INTENT, RESPONSE
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_SHARED = (str, int, float, bool, type(None))


def make_training_quicker() -> None:
    """From now on Rasa trains like this, in this process."""
    Message.__deepcopy__ = _copied
    TrainingData.sanitize_examples = staticmethod(_sanitized)
    SpacyNLP.process_training_data = _Undocumented.process_training_data
    TrainingHook.on_before_node = _nothing_to_remember
    TrainingHook.on_after_node = _nothing_to_remember


def _copied(message: Message, memo: dict[int, Any]) -> Message:
    """A copy of a message; what cannot be changed is shared.

    Rasa reads files one by one and copies all examples so far for each, property by property.
    """
    copy = Message.__new__(Message)
    memo[id(message)] = copy
    for name, value in message.__dict__.items():
        copy.__dict__[name] = deepcopy(value, memo) if name != "data" else _values(value, memo)
    return copy


def _values(data: dict[str, Any], memo: dict[int, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, _SHARED) else deepcopy(value, memo)
        for name, value in data.items()
    }


def _sanitized(examples: Iterable[Message]) -> list[Message]:
    """The examples without spaces around their labels, each once.

    Rasa sets the labels whether there were spaces or not, and so forgets the digest of each example,
    by which it finds the doubled ones, whenever it has read another file.
    """
    found = list(examples)
    for example in found:
        for name in (INTENT, RESPONSE):
            label = example.get(name)
            if label and label != label.strip():
                example.set(name, label.strip())
    return list(dict.fromkeys(found))


class _Undocumented(SpacyNLP):
    """Makes no spaCy documents of examples: what we train reads their texts alone."""

    def process_training_data(self, training_data: TrainingData, model: SpacyModel) -> TrainingData:
        """The same data; Rasa checks the names and types of the arguments."""
        return training_data


def _nothing_to_remember(*_args: Any, **_kwargs: Any) -> dict[str, Any]:
    """Neither digests nor copies of what a component gave: we never train from a part of it.

    Whether to train at all is decided before (``mesobot/training.py``).
    """
    return {}
