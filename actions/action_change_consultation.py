"""Lets a patient correct one answer of a consultation request."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from mesobot.consultation.form import CHANGEABLE, Field


class ActionChangeConsultation(Action):
    """Empties the field to be changed, so that the form asks for it again."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_change_consultation"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Another way to be reached needs another contact, so both change together.

        A way that was named with the wish ("rather by email") is kept: the form itself does
        not fill it in, because then this action would not be asked for.
        """
        named = next(tracker.get_latest_entity_values("consultation_change"), "")
        changed = [field for field in CHANGEABLE if field.value == named]
        if Field.WAY in changed:
            changed.append(Field.CONTACT)
        way = next(tracker.get_latest_entity_values(Field.WAY.value), None)
        kept = [SlotSet(Field.WAY.value, way)] if way else []
        return [*(SlotSet(field.value, None) for field in changed), *kept]
