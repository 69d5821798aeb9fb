"""The small actions around the consultation form."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_change_consultation import ActionChangeConsultation
from actions.action_leave_consultation import ActionLeaveConsultation
from actions.action_start_consultation import ActionStartConsultation


def slots_after(
    action, slots: dict | None = None, entity: str | None = None, way: str | None = None
) -> dict:
    named = {"consultation_change": entity, "consultation_way": way}
    message = {"entities": [{"entity": k, "value": v} for k, v in named.items() if v]}
    tracker = Tracker("me", slots or {}, message, [], False, None, {}, "action_listen")
    events = action.run(CollectingDispatcher(), tracker, {})
    return {event["name"]: event["value"] for event in events}


def test_each_start_has_an_id_of_its_own_that_an_interruption_keeps() -> None:
    first = slots_after(ActionStartConsultation())
    second = slots_after(ActionStartConsultation())
    assert first["consultation_open"] is True
    assert first["consultation_form_id"] != second["consultation_form_id"]
    again = slots_after(ActionStartConsultation(), first)
    assert again["consultation_form_id"] == first["consultation_form_id"]


def test_a_change_empties_that_field_alone() -> None:
    changed = slots_after(ActionChangeConsultation(), entity="consultation_name")
    assert changed == {"consultation_name": None}


def test_another_way_needs_another_contact() -> None:
    changed = slots_after(ActionChangeConsultation(), entity="consultation_way")
    assert changed == {"consultation_way": None, "consultation_contact": None}


def test_a_way_that_is_named_is_kept_and_its_contact_asked_for() -> None:
    changed = slots_after(ActionChangeConsultation(), entity="consultation_contact", way="email")
    assert changed == {"consultation_contact": None, "consultation_way": "email"}


def test_leaving_forgets_the_answers_but_not_the_reference() -> None:
    emptied = slots_after(ActionLeaveConsultation())
    assert set(emptied.values()) == {None}
    assert {"consultation_name", "consultation_contact", "consultation_form_id"} <= set(emptied)
    assert "consultation_reference" not in emptied
