"""A consultation request is begun, or gone on with."""

import asyncio

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_start_consultation import ActionStartConsultation


def start(
    text: str = "", slots: dict | None = None, *, intent: str = "", channel: str = "rest"
) -> tuple[dict, list[str]]:
    """Slots that are set, and responses that are said."""
    latest = {"text": text, "intent": {"name": intent}}
    said = [{"event": "user", "input_channel": channel}]
    tracker = Tracker("me", slots or {}, latest, said, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = asyncio.run(ActionStartConsultation().run(dispatcher, tracker, {}))
    responses = [message["response"] for message in dispatcher.messages]
    return {event["name"]: event["value"] for event in events}, responses


def slots_after_start(slots: dict | None = None) -> dict:
    return start(slots=slots)[0]


def test_each_start_has_an_id_of_its_own_that_an_interruption_keeps() -> None:
    first = slots_after_start()
    second = slots_after_start()
    assert first["consultation_open"] is True
    assert first["consultation_form_id"] != second["consultation_form_id"]
    again = slots_after_start(first)
    assert again["consultation_form_id"] == first["consultation_form_id"]


@pytest.mark.parametrize("channel", ["whatsapp", "web"])
@pytest.mark.parametrize("text", ["email me please", "can someone contact me by e-mail"])
def test_who_asked_for_an_email_got_whatsapp(channel: str, text: str) -> None:
    slots, said = start(text, intent="talk_to_human", channel=channel)
    assert slots["consultation_way"] == "email"
    assert said == ["utter_consultation_begins_email"]


def test_another_way_needs_another_contact() -> None:
    before = {"consultation_way": "whatsapp", "consultation_contact": "+905321234567"}
    slots, said = start("no, email me", before, intent="talk_to_human", channel="whatsapp")
    assert (slots["consultation_way"], slots["consultation_contact"]) == ("email", None)
    assert said == []


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        ("talk_to_human", "utter_person_called"),
        ("book_consultation", "utter_consultation_begins_whatsapp"),
    ],
)
def test_on_whatsapp_staff_are_called_when_a_person_is_wanted(intent: str, said: str) -> None:
    slots, responses = start("i need you", intent=intent, channel="whatsapp")
    assert slots["consultation_way"] == "whatsapp"
    assert responses == [said]


def test_elsewhere_the_way_is_asked_unless_it_was_named() -> None:
    slots, said = start("i want to book", intent="book_consultation", channel="web")
    assert "consultation_way" not in slots
    assert said == []
    slots, said = start("contact me on whatsapp", intent="talk_to_human", channel="web")
    assert slots["consultation_way"] == "whatsapp"
    assert said == ["utter_consultation_begins_whatsapp"]
