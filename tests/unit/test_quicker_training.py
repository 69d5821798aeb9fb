"""Training with less work gives Rasa's own examples."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.training.hooks import TrainingHook
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from mesobot import quicker_training
from mesobot.nlu.topic_classifier import TopicClassifier

RESTORED = [
    (TrainingData, "sanitize_examples"),
    (SpacyNLP, "process_training_data"),
    (TrainingHook, "on_before_node"),
    (TrainingHook, "on_after_node"),
]


@pytest.fixture
def quicker() -> Iterator[None]:
    before = [(owner, name, vars(owner)[name]) for owner, name in RESTORED]
    quicker_training.make_training_quicker()
    yield
    del Message.__deepcopy__
    for owner, name, value in before:
        setattr(owner, name, value)


def examples() -> list[Message]:
    return [
        Message({"text": "does it hurt", "intent": " faq ", "response": "pain "}),
        Message({"text": "hello", "intent": "greet"}),
        Message({"text": "my arm", "intent": "faq", "entities": [{"value": "arm", "end": 6}]}),
        Message({"text": "hello", "intent": "greet "}),
        Message({"text": "hello", "intent": "thanks"}),
    ]


def plain(data: TrainingData) -> list[dict[str, Any]]:
    return [message.data for message in data.training_examples]


def merged() -> TrainingData:
    return TrainingData(examples()[:2]).merge(TrainingData(examples()[2:]))


def test_merged_examples_are_those_of_rasa(request: pytest.FixtureRequest) -> None:
    rasas = merged()
    request.getfixturevalue("quicker")
    ours = merged()
    assert plain(ours) == plain(rasas)
    assert len(plain(ours)) == 4  # the doubled one is there once
    assert ours.fingerprint() == rasas.fingerprint()


def test_a_copy_is_its_own(quicker: None) -> None:
    original = examples()[2]
    twin = copy.deepcopy(original)
    assert twin == original
    twin.data["entities"][0]["value"] = "leg"
    twin.set("intent", "greet", add_to_output=True)
    assert original.data["entities"][0]["value"] == "arm"
    assert original.get("intent") == "faq"
    assert "intent" not in original.output_properties


def test_what_a_component_gave_is_not_kept(quicker: None) -> None:
    hook = TrainingHook(cache=None, model_storage=None, pruned_schema=None)
    given = hook.on_before_node("node", None, {}, {"a": object()})
    assert given == {}
    assert hook.on_after_node("node", None, {}, object(), given) == {}


def test_only_the_topic_classifier_is_trained_of_what_reads_messages() -> None:
    """It reads their texts, and so needs no spaCy documents: another one might."""
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.shared.utils.io import read_yaml_file

    import mesobot.nlu.confirmation_reader
    import mesobot.nlu.form_reader
    import mesobot.nlu.message_guard
    import mesobot.nlu.vocabulary_entities  # noqa: F401
    from mesobot import paths

    pipeline = read_yaml_file(str(Path(paths.ROOT / "config.yml")))["pipeline"]
    trained = [
        part["name"]
        for part in pipeline
        if DefaultV1Recipe._from_registry(part["name"]).is_trainable
    ]
    assert [name.rpartition(".")[2] for name in trained] == [TopicClassifier.__name__]
