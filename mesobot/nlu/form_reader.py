"""Rasa component: while the consultation form is open, a message may be an answer to it.

It runs after the topic classifier, and changes nothing when the message speaks of danger,
even of a possible one, or when it is about something else. Some names sound dangerous to the
topic model ("Faith Black"): they are taken, and the reply still begins with the warning. An
e-mail address alone speaks of nothing, whatever letters it is made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
    RESPONSE_SELECTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from mesobot.consultation.form import KNOWN_NUMBER, Field, FormReading, Kind
from mesobot.consultation.form_answers import PRIVACY, read_answer
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.dialogue.conversation import problems_in_a_row
from mesobot.dialogue.keys import FORM_NOTE, LEFT_OUT, POSSIBLE_DANGER, QUESTIONS
from mesobot.nlu.dangers import is_terse
from mesobot.safety.red_flags import Danger

_FORM = "consultation_form"
_LEFT = "consultation_left"
_OPEN = "consultation_open"
_GIVE_UP = "form_give_up"
_NAME_WORDS = 3
_PROBLEMS_BEFORE_GIVING_UP = 3
_DANGERS = frozenset(danger.value for danger in Danger)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ConsultationFormReader(GraphComponent, EntityExtractorMixin):
    """Turns answers into entities of the intent ``form_answer``; the form fills itself in."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Read the lists that can be chosen from."""
        self._questionnaire = load_questionnaire(Path(config["consultation"]))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults that ``config.yml`` may override."""
        return {"consultation": "clinic/consultation.yml"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ConsultationFormReader:
        """Create the component (Rasa's graph calls this)."""
        return cls(config)

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Take each message as an answer to what the form asked, if it is one."""
        if tracker is None:
            return messages
        if tracker.active_loop_name != _FORM:
            if tracker.get_slot(_LEFT):
                _forget_answers(messages)
            return messages
        asked = tracker.get_slot("requested_slot")
        if asked not in {field.value for field in Field}:
            return messages
        slots = {field: tracker.get_slot(field.value) for field in Field}
        answers = {field: str(value) for field, value in slots.items() if value is not None}
        for message in messages:
            questions = message.get(QUESTIONS)
            if not questions:
                continue
            text = str(message.get(TEXT))
            if questions[0]["topic"] in _DANGERS:
                continue
            named = asked == Field.NAME and _like_a_name(text)
            if message.get(POSSIBLE_DANGER) and not (named or is_terse(text)):
                continue  # otherwise the warning stands before the form's next question
            # "Cancel and delete my data" wants both, and the second is more.
            leading = next((q for q in questions if q["topic"] in PRIVACY), questions[0])
            reading = read_answer(
                Field(asked),
                text,
                self._questionnaire,
                topic=leading["topic"],
                score=leading["confidence"],
                answers=answers,
                known_number=tracker.get_slot(KNOWN_NUMBER),
            )
            if reading:
                _report(message, reading, problems_in_a_row(list(tracker.events)))
        return messages


def _forget_answers(messages: list[Message]) -> None:
    """Empty a form that the patient left with the message before.

    Not with that message itself: Rasa's form takes an emptied slot for an answer and goes on.
    """
    emptied = _emptied([*(field.value for field in Field), KNOWN_NUMBER, _OPEN, _LEFT])
    for message in messages:
        message.set(ENTITIES, [*message.get(ENTITIES, []), *emptied], add_to_output=True)


def _emptied(slots: Iterable[str]) -> list[dict[str, Any]]:
    """Entities without a value empty their slots; no action server is needed for that."""
    return [_entity(slot, None) for slot in slots]


def _entity(name: str, value: str | None) -> dict[str, Any]:
    return {ENTITY_ATTRIBUTE_TYPE: name, ENTITY_ATTRIBUTE_VALUE: value}


def _like_a_name(text: str) -> bool:
    words = text.split()
    return len(words) <= _NAME_WORDS and all(word[:1].isupper() for word in words)


def _report(message: Message, reading: FormReading, problems_before: int) -> None:
    """Replace what the message would mean outside the form; what it asks beside that stays."""
    given_up = reading.kind is Kind.PROBLEM and problems_before + 1 >= _PROBLEMS_BEFORE_GIVING_UP
    name = _GIVE_UP if given_up else reading.kind.value
    emptied = _emptied(field.value for field in reading.emptied)
    filled = [_entity(field.value, value) for field, value in reading.values.items()]
    report = {
        INTENT: {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: 1.0},
        ENTITIES: [*emptied, *filled],
        QUESTIONS: message.get(QUESTIONS) if reading.asks_too else [],
        LEFT_OUT: message.get(LEFT_OUT) if reading.asks_too else [],
        RESPONSE_SELECTOR: {},
        FORM_NOTE: reading.note,
    }
    for key, value in report.items():
        message.set(key, value, add_to_output=True)
