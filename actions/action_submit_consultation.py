"""Saves a consultation request; "saved" is said only after the commit."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from mesobot import paths
from mesobot.consultation.clock import utc_now
from mesobot.consultation.desk import open_desk, open_questionnaire
from mesobot.consultation.form import KNOWN_NUMBER, Field
from mesobot.consultation.request import Consent, NewRequest, Way
from mesobot.consultation.service import NotSavedError, Receipt

_OF_ONE_FORM = (
    *(field.value for field in Field),
    KNOWN_NUMBER,
    "consultation_form_id",
    "consultation_open",
)
"""Slots that a new request begins without; the reference stays, a patient may ask for it again."""

_log = structlog.get_logger()


class ActionSubmitConsultation(Action):
    """Hands the answers in and tells the patient the reference."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_submit_consultation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """``consultation_saved`` tells the rules whether it worked; then the form is empty."""
        try:
            # In a thread: while one patient's database hangs, the actions of others go on.
            receipt = await asyncio.to_thread(_submit, _request(tracker))
        except NotSavedError:
            return [SlotSet("consultation_saved", False)]
        except Exception as error:  # whatever happened, the rules then give the direct links
            _log.error("consultation.submit_failed", error=type(error).__name__)
            return [SlotSet("consultation_saved", False)]
        way = tracker.get_slot(Field.WAY.value)
        ending = "before" if receipt.repeated else way
        dispatcher.utter_message(
            response=f"utter_consultation_saved_{ending}",
            consultation_reference=receipt.reference,
        )
        return [
            SlotSet("consultation_reference", receipt.reference),
            SlotSet("consultation_saved", True),
            *(SlotSet(name, None) for name in _OF_ONE_FORM),
        ]


def _submit(request: NewRequest) -> Receipt:
    return open_desk(os.environ).submit(request)


def _request(tracker: Tracker) -> NewRequest:
    lists = open_questionnaire(paths.CLINIC / "consultation.yml")
    return NewRequest(
        conversation=tracker.sender_id,
        form=tracker.get_slot("consultation_form_id") or tracker.sender_id,
        way=Way(tracker.get_slot(Field.WAY.value)),
        name=tracker.get_slot(Field.NAME.value),
        contact=tracker.get_slot(Field.CONTACT.value),
        concern=tracker.get_slot(Field.CONCERN.value),
        preferred_time=tracker.get_slot(Field.TIME.value),
        channel=tracker.get_latest_input_channel() or "rest",
        consent=Consent(lists.notice.version, lists.consent.version, "en", utc_now()),
    )
