"""Rasa component: nothing a patient types is a command, and odd messages get a name."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from mesobot.nlu.message_text import Unreadable, clean

CUT = "mesobot_cut"
"""Key of a message that was too long to be read whole."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class MessageGuard(GraphComponent, IntentClassifier):
    """Replaces the text that later components see by its cleaned form.

    Rasa reads ``/intent{"slot": "x"}`` as a command after the pipeline has run, from the
    same text; cleaned text never starts with a slash, on any channel.
    """

    def __init__(self, longest: int) -> None:
        """Create the guard; messages over ``longest`` characters are not interpreted."""
        self._longest = longest

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults that ``config.yml`` may override."""
        return {"longest": 1000}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageGuard:
        """Create the component (Rasa's graph calls this)."""
        return cls(int(config["longest"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Clean each text; an unreadable one gets its intent here and now."""
        for message in messages:
            cleaned = clean(message.get(TEXT), self._longest)
            message.set(TEXT, cleaned.text, add_to_output=True)
            if cleaned.unreadable is Unreadable.TOO_LONG:
                # Its beginning is still searched for serious topics: see the topic classifier.
                message.set(CUT, True)
            elif cleaned.unreadable:
                intent = {
                    INTENT_NAME_KEY: cleaned.unreadable.value,
                    PREDICTED_CONFIDENCE_KEY: 1.0,
                }
                message.set(INTENT, intent, add_to_output=True)
        return messages
