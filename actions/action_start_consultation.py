"""Begins a consultation request, or goes on with one that was interrupted."""

from __future__ import annotations

import uuid
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher


class ActionStartConsultation(Action):
    """Opens the form; answers that were given before an interruption are kept."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_start_consultation"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Set ``consultation_open``: the rules go on only when this action has answered."""
        form_id = tracker.get_slot("consultation_form_id") or uuid.uuid4().hex
        return [SlotSet("consultation_form_id", form_id), SlotSet("consultation_open", True)]
