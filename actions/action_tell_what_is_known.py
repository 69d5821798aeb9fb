"""Says what is stored because of this conversation."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from mesobot import paths
from mesobot.channels.senders import WHATSAPP
from mesobot.consultation.desk import open_privacy
from mesobot.consultation.form import Field
from mesobot.consultation.privacy import Known
from mesobot.consultation.telling import answers_in_words, request_values
from mesobot.knowledge.zone import clinic_zone

_log = structlog.get_logger()


class ActionTellWhatIsKnown(Action):
    """Reads back what is stored: the chat, an unfinished form, each saved request."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_tell_what_is_known"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """``known_told`` tells the rules whether it worked; nothing is said by halves."""
        try:
            # In a thread: while one patient's database hangs, the actions of others go on.
            known = await asyncio.to_thread(_known, tracker.sender_id)
        except Exception as error:  # whatever happened, the rules then say so and give contacts
            _log.error("what_is_known.failed", error=type(error).__name__)
            return [SlotSet("known_told", False)]
        dispatcher.utter_message(response="utter_known_chat")
        if tracker.sender_id.startswith(WHATSAPP):
            dispatcher.utter_message(response="utter_known_whatsapp", goes_on=True)
        answers = _unfinished(tracker)
        if answers:
            dispatcher.utter_message(
                response="utter_known_form", known_answers=answers, goes_on=True
            )
        zone = clinic_zone(paths.CLINIC / "clinic.yml")
        for each in known:
            values = request_values(each.request, zone)
            dispatcher.utter_message(response="utter_known_request", **values, goes_on=True)
        if not known:
            dispatcher.utter_message(response="utter_known_no_request", goes_on=True)
        dispatcher.utter_message(response="utter_known_deletion", goes_on=True)
        return [SlotSet("known_told", True)]


def _known(sender: str) -> list[Known]:
    return list(open_privacy(os.environ).what_is_known(sender))


def _unfinished(tracker: Tracker) -> str:
    """Answers to a form that was begun and not sent, unless it was given up."""
    if tracker.get_slot("consultation_left"):
        return ""
    fields = (Field.NAME, Field.CONTACT, Field.CONCERN, Field.TIME)
    return answers_in_words(*(str(tracker.get_slot(field.value) or "") for field in fields))
