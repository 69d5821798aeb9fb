"""Rasa component: one classifier for all topics.

Topics are Rasa retrieval intents (``faq/pain``). The full name is predicted in one step,
and the property that a ResponseSelector would fill is filled here, so one rule
``faq → utter_faq`` answers every topic and no second model is trained.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    RESPONSE_SELECTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from mesobot.nlu.decision import OFF_TOPIC, Decision, Thresholds, decide
from mesobot.nlu.encoder import SentenceEncoder
from mesobot.nlu.message_guard import CUT
from mesobot.nlu.message_text import Unreadable
from mesobot.nlu.topic_model import Ranked, TopicModel

_RANKING_LENGTH = 5
SUGGESTIONS = "suggestions"
"""Key beside the intent: topics to offer when the message was not understood."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Trains and runs the topic model inside Rasa's graph."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: TopicModel | None = None,
    ) -> None:
        """Create the component, with a model when it was loaded rather than trained."""
        self._model_storage = model_storage
        self._resource = resource
        self._encoder_folder = Path(config["encoder"])
        self._model = model
        self._thresholds = Thresholds(
            answer_at=float(config["answer_at"]),
            suggest_at=float(config["suggest_at"]),
            serious=frozenset(config["serious"]),
            serious_margin=float(config["serious_margin"]),
        )

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults that ``config.yml`` may override."""
        return {
            "encoder": "build/nlu/encoder",
            "answer_at": 0.3,
            "suggest_at": 0.2,
            "serious": ["medical_emergency", "distress", "see_doctor_today"],
            "serious_margin": 0.08,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """Create an untrained component (Rasa's graph calls this)."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that carry an intent."""
        examples = training_data.intent_examples
        self._model = TopicModel.fit(
            [str(example.get(TEXT)) for example in examples],
            [str(example.get_full_intent()) for example in examples],
            SentenceEncoder(self._encoder_folder),
            background=OFF_TOPIC,
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """Read the trained model (Rasa's graph calls this)."""
        encoder = SentenceEncoder(Path(config["encoder"]))
        with model_storage.read_from(resource) as folder:
            model = TopicModel.load(folder, encoder)
        return cls(config, model_storage, resource, model)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and response selector of each message."""
        for message in messages:
            if message.get(INTENT):  # the message guard has already named it
                continue
            if self._model is None:
                raise RuntimeError("The topic classifier has not been trained.")
            ranking = self._model.rank(str(message.get(TEXT)))
            decision = decide(ranking, self._thresholds)
            if message.get(CUT) and decision.topic not in self._thresholds.serious:
                decision = Decision(Unreadable.TOO_LONG.value, 1.0)
            _report(message, decision, ranking)
        return messages


def _report(message: Message, decision: Decision, ranking: list[Ranked]) -> None:
    group = decision.topic.split("/")[0]
    intent = {
        INTENT_NAME_KEY: group,
        PREDICTED_CONFIDENCE_KEY: decision.confidence,
        SUGGESTIONS: list(decision.suggestions),
    }
    message.set(INTENT, intent, add_to_output=True)
    message.set(
        INTENT_RANKING_KEY,
        [
            {INTENT_NAME_KEY: r.topic, PREDICTED_CONFIDENCE_KEY: r.score}
            for r in ranking[:_RANKING_LENGTH]
        ],
        add_to_output=True,
    )
    if group != decision.topic:
        response = {
            "intent_response_key": decision.topic,
            "utter_action": f"utter_{decision.topic}",
            "confidence": decision.confidence,
        }
        message.set(
            RESPONSE_SELECTOR,
            {"all_retrieval_intents": [group], group: {"response": response, "ranking": []}},
            add_to_output=True,
        )
