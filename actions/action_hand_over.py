"""Shows a patient the way to a person at the clinic."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher


class ActionHandOver(Action):
    """Gives the clinic's contacts in the way that suits the patient's channel."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_hand_over"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the contacts; ``handed_over`` tells the rules that it worked.

        Somebody who writes on WhatsApp already is in the right place: no link to it.
        """
        on_whatsapp = tracker.get_latest_input_channel() == "whatsapp"
        response = "utter_hand_over_here" if on_whatsapp else "utter_hand_over_link"
        dispatcher.utter_message(response=response)
        return [SlotSet("handed_over", True)]
