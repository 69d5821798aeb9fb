"""Rasa component: what a message asks for, or which danger it speaks of.

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
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.core.trackers import DialogueStateTracker
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

from mesobot.dialogue.conversation import has_just_offered
from mesobot.dialogue.keys import ALL_CLEAR, LANGUAGE, LEFT_OUT, POSSIBLE_DANGER, QUESTIONS
from mesobot.dialogue.last_answer import last_answer
from mesobot.nlu.decision import Thresholds
from mesobot.nlu.encoder import SentenceEncoder
from mesobot.nlu.follow_ups import Context
from mesobot.nlu.interpretation import Interpretation, Interpreter
from mesobot.nlu.message_guard import CUT
from mesobot.nlu.message_text import Unreadable
from mesobot.nlu.topic_model import TopicModel
from mesobot.safety.assessment import Level, SafetyThresholds
from mesobot.safety.red_flags import Danger, load_red_flags

_RANKING_LENGTH = 5
_HAND_OVER = ("forget_me", "book_consultation", "talk_to_human", "what_do_you_know")
"""What leads in a message with several questions, the first before the others: these need more
than an answer."""
_WANTS_A_PERSON = "book_consultation"
_YES = "affirm"
SUGGESTIONS = "suggestions"
"""Key beside the intent: topics to offer when the message was not understood."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Trains and runs the topic model and the red flags inside Rasa's graph."""

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
        self._interpreter: Interpreter | None = None
        if model:
            self._interpreter = Interpreter(
                model,
                load_red_flags(Path(config["red_flags"])),
                Thresholds(float(config["answer_at"]), float(config["suggest_at"])),
                SafetyThresholds(
                    levels={
                        danger: Level(**config["danger_levels"][danger.value]) for danger in Danger
                    },
                    sure_if_calm=float(config["danger_if_calm_at"]),
                    possible=float(config["danger_possible_at"]),
                    possible_with_wording=float(config["danger_possible_with_wording_at"]),
                    sentence=float(config["danger_sentence_margin"]),
                ),
            )

    @classmethod
    def required_components(cls) -> list[type]:
        """SpacyNLP has to run first."""
        return [SpacyNLP]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults that ``config.yml`` may override."""
        return {
            "encoder": "build/nlu/encoder",
            "red_flags": "clinic/red_flags.yml",
            "answer_at": 0.4,
            "suggest_at": 0.3,
            "danger_levels": {
                "medical_emergency": {"sure": 0.4, "with_wording": 0.35},
                "distress": {"sure": 0.3, "with_wording": 0.2},
                "see_doctor_today": {"sure": 0.33, "with_wording": 0.2},
            },
            "danger_if_calm_at": 0.6,
            "danger_possible_at": 0.25,
            "danger_possible_with_wording_at": 0.1,
            "danger_sentence_margin": 0.2,
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
        model = TopicModel.fit(
            [str(example.get(TEXT)) for example in examples],
            [str(example.get_full_intent()) for example in examples],
            SentenceEncoder(self._encoder_folder),
        )
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
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

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Set intent, questions and response selector of each message.

        Rasa passes the conversation so far as ``tracker``: follow-ups are read in its light.
        """
        for message in messages:
            if message.get(INTENT):  # the message guard has already named it
                continue
            if self._interpreter is None:
                raise RuntimeError("The topic classifier has not been trained.")
            document = message.get(SPACY_DOCS[TEXT])
            answering = tracker is not None and tracker.active_loop_name is not None
            found = self._interpreter.read(document, _context(tracker), answering)
            if found.questions[0].decision.topic == _YES and _is_offered(tracker):
                found = found.instead(_WANTS_A_PERSON)
            if message.get(CUT) and not found.danger:
                found = found.instead(Unreadable.TOO_LONG.value)
            _report(message, found)
        return messages


def _is_offered(tracker: DialogueStateTracker | None) -> bool:
    return (
        tracker is not None
        and not tracker.active_loop_name
        and has_just_offered(list(tracker.events))
    )


def _context(tracker: DialogueStateTracker | None) -> Context | None:
    """What was answered before; a form's answers never lean on it ("Ada Okur")."""
    if tracker is None or tracker.active_loop_name:
        return None
    answer = last_answer(list(tracker.events))
    return Context(*answer) if answer else None


def _report(message: Message, found: Interpretation) -> None:
    leading = next(
        (q for name in _HAND_OVER for q in found.questions if q.decision.topic == name),
        found.questions[0],
    ).decision
    group = leading.topic.split("/")[0]
    intent = {
        INTENT_NAME_KEY: group,
        PREDICTED_CONFIDENCE_KEY: leading.confidence,
        SUGGESTIONS: list(leading.suggestions),
    }
    message.set(INTENT, intent, add_to_output=True)
    ranking = [
        {INTENT_NAME_KEY: ranked.topic, PREDICTED_CONFIDENCE_KEY: ranked.score}
        for ranked in found.ranking[:_RANKING_LENGTH]
    ]
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
    questions = [
        {
            "text": question.text,
            "topic": question.decision.topic,
            "confidence": round(question.decision.confidence, 4),
            "follow_up": question.decision.follow_up,
        }
        for question in found.questions
    ]
    message.set(QUESTIONS, questions, add_to_output=True)
    message.set(LEFT_OUT, list(found.left_out), add_to_output=True)
    message.set(LANGUAGE, found.language, add_to_output=True)
    message.set(POSSIBLE_DANGER, found.possible, add_to_output=True)
    message.set(ALL_CLEAR, found.all_clear, add_to_output=True)
    if group != leading.topic:
        response = {
            "intent_response_key": leading.topic,
            "utter_action": f"utter_{leading.topic}",
            "confidence": leading.confidence,
        }
        message.set(
            RESPONSE_SELECTOR,
            {"all_retrieval_intents": [group], group: {"response": response, "ranking": []}},
            add_to_output=True,
        )
