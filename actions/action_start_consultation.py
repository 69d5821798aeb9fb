"""Begins a consultation request, or goes on with one that was interrupted."""

from __future__ import annotations

import uuid
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from mesobot import paths
from mesobot.consultation.desk import open_questionnaire
from mesobot.consultation.form import Field


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
        events = [SlotSet("consultation_form_id", form_id), SlotSet("consultation_open", True)]
        concern = tracker.get_slot(Field.CONCERN.value) or _talked_about(tracker)
        return [*events, SlotSet(Field.CONCERN.value, concern)] if concern else events


def _talked_about(tracker: Tracker) -> str | None:
    """The concern that was answered last in the talk; the patient sees it before it is sent."""
    concerns = open_questionnaire(paths.CLINIC / "consultation.yml").concerns
    for event in reversed(tracker.events):
        if event.get("event") == "bot":
            told = ((event.get("metadata") or {}).get("metadata") or {}).get("topics") or []
            named = [concerns[topic] for topic in told if topic in concerns]
            if named:
                return named[-1]
    return None
