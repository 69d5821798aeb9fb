"""Forgets the answers of a consultation request that was sent or given up."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from mesobot.consultation.form import Field


class ActionLeaveConsultation(Action):
    """Empties the form, so that a new request begins from the start."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_leave_consultation"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """The reference stays: a patient may ask for it again."""
        emptied = [*(field.value for field in Field), "consultation_form_id", "consultation_open"]
        return [SlotSet(name, None) for name in emptied]
