"""Begins a consultation request, or goes on with one that was interrupted."""

from __future__ import annotations

import asyncio
import os
import uuid
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from mesobot import paths
from mesobot.chats.whatsapp.known_number import known_number
from mesobot.consultation.desk import open_questionnaire
from mesobot.consultation.form import KNOWN_NUMBER, Field
from mesobot.consultation.request import Way

_log = structlog.get_logger()


class ActionStartConsultation(Action):
    """Opens the form; answers that were given before an interruption are kept."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_start_consultation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Set ``consultation_open``: the rules go on only when this action has answered."""
        form_id = tracker.get_slot("consultation_form_id") or uuid.uuid4().hex
        events = [SlotSet("consultation_form_id", form_id), SlotSet("consultation_open", True)]
        concern = tracker.get_slot(Field.CONCERN.value) or _talked_about(tracker)
        if concern:
            events.append(SlotSet(Field.CONCERN.value, concern))
        on_whatsapp = tracker.get_latest_input_channel() == Way.WHATSAPP.value
        if on_whatsapp and tracker.get_slot(Field.WAY.value) is None:
            # Who writes on WhatsApp is answered there, unless they say otherwise.
            events.append(SlotSet(Field.WAY.value, Way.WHATSAPP.value))
            events.append(SlotSet(KNOWN_NUMBER, await _number(tracker.sender_id)))
            dispatcher.utter_message(response="utter_consultation_begins_here")
        return events


async def _number(sender: str) -> str | None:
    """The number that somebody writes from; without it the form asks for one."""
    try:
        return await asyncio.to_thread(known_number, sender, os.environ)
    except Exception as error:  # whatever happened, a question more is the worst of it
        _log.error("consultation.number_unknown", error=type(error).__name__)
        return None


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
