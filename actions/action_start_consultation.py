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
from mesobot.consultation.form_words import wished_way
from mesobot.consultation.request import Way

_WANTS_A_PERSON = "talk_to_human"
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
        known, wished = tracker.get_slot(Field.WAY.value), wished_way(_text(tracker))
        # Who writes on WhatsApp is answered there, unless they say otherwise.
        way = wished or (Way.WHATSAPP if on_whatsapp and known is None else None)
        wants_chat = on_whatsapp and wished is not Way.EMAIL and _intent(tracker) == _WANTS_A_PERSON
        if wants_chat:
            dispatcher.utter_message(response="utter_person_called")
        elif way and known is None:
            dispatcher.utter_message(response=f"utter_consultation_begins_{way.value}")
        if way and way.value != known:
            events.append(SlotSet(Field.WAY.value, way.value))
            events.append(SlotSet(Field.CONTACT.value, None))
            if on_whatsapp:
                events.append(SlotSet(KNOWN_NUMBER, await _number(tracker.sender_id)))
        return events


def _text(tracker: Tracker) -> str:
    return str(tracker.latest_message.get("text") or "")


def _intent(tracker: Tracker) -> str:
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


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
