"""Rasa component: whether a patient confirms what cannot be undone.

"Shall I delete it?" needs a plain yes in the very next message. What the topic model makes of
"yes" is not enough for that, nor is any earlier yes.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
    RESPONSE_SELECTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from mesobot.consultation.form_words import says_no, says_yes
from mesobot.dialogue.conversation import asked_to_confirm
from mesobot.dialogue.keys import LEFT_OUT, POSSIBLE_DANGER, QUESTIONS
from mesobot.safety.red_flags import Danger

_DANGERS = frozenset(danger.value for danger in Danger)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ConfirmationReader(GraphComponent, IntentClassifier):
    """Names a plain yes or no after such a question; everything else stays what it is."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ConfirmationReader:
        """Create the component (Rasa's graph calls this)."""
        return cls()

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """A yes or no becomes ``forget_me_confirmed`` or ``forget_me_declined``."""
        asked = asked_to_confirm(list(tracker.events)) if tracker else None
        if not asked:
            return messages
        for message in messages:
            text, questions = str(message.get(TEXT)), message.get(QUESTIONS)
            danger = not questions or questions[0]["topic"] in _DANGERS
            if danger or message.get(POSSIBLE_DANGER):
                continue
            if says_yes(text):
                _report(message, f"{asked}_confirmed")
            elif says_no(text) or questions[0]["topic"] == "deny":
                _report(message, f"{asked}_declined")
            elif questions[0]["topic"] == "affirm":
                _report(message, asked)  # "well, I suppose": asked once more, for a plain yes
        return messages


def _report(message: Message, name: str) -> None:
    intent = {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: 1.0}
    report = {INTENT: intent, QUESTIONS: [], LEFT_OUT: [], RESPONSE_SELECTOR: {}}
    for key, value in report.items():
        message.set(key, value, add_to_output=True)
