"""A consultation request is begun, or gone on with."""

import asyncio

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_start_consultation import ActionStartConsultation


def slots_after_start(slots: dict | None = None) -> dict:
    tracker = Tracker("me", slots or {}, {}, [], False, None, {}, "action_listen")
    events = asyncio.run(ActionStartConsultation().run(CollectingDispatcher(), tracker, {}))
    return {event["name"]: event["value"] for event in events}


def test_each_start_has_an_id_of_its_own_that_an_interruption_keeps() -> None:
    first = slots_after_start()
    second = slots_after_start()
    assert first["consultation_open"] is True
    assert first["consultation_form_id"] != second["consultation_form_id"]
    again = slots_after_start(first)
    assert again["consultation_form_id"] == first["consultation_form_id"]
