"""Saving a request: "saved" only after the commit."""

import asyncio
from pathlib import Path

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_submit_consultation import ActionSubmitConsultation

SLOTS = {
    "consultation_form_id": "form-1",
    "consultation_way": "whatsapp",
    "consultation_name": "Ada",
    "consultation_contact": "+905321234567",
    "consultation_concern": "Acne scars",
    "consultation_time": "Any time",
}


def submit(slots: dict[str, str]) -> tuple[list[dict], dict[str, object]]:
    dispatcher = CollectingDispatcher()
    tracker = Tracker("me", slots, {}, [], False, None, {}, "action_listen")
    events = asyncio.run(ActionSubmitConsultation().run(dispatcher, tracker, {}))
    return dispatcher.messages, {event["name"]: event["value"] for event in events}


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "requests.db"
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", f"sqlite:///{path}")
    return path


def test_saved_is_said_with_the_reference(database: Path) -> None:
    (message,), slots = submit(SLOTS)
    assert message["response"] == "utter_consultation_saved_whatsapp"
    assert message["consultation_reference"] == slots["consultation_reference"]
    assert slots["consultation_saved"] is True
    assert database.exists()


def test_a_saved_form_is_emptied_so_that_the_next_one_begins_anew(database: Path) -> None:
    _, slots = submit(SLOTS)
    emptied = {name for name, value in slots.items() if value is None}
    assert emptied >= {*SLOTS, "consultation_consent", "consultation_confirmed"}
    assert "consultation_open" in emptied


def test_sending_the_same_form_again_gives_the_same_reference(database: Path) -> None:
    _, first = submit(SLOTS)
    (message,), second = submit(SLOTS)
    assert message["response"] == "utter_consultation_saved_before"
    assert first["consultation_reference"] == second["consultation_reference"]


def test_a_database_that_does_not_open_is_never_called_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way of a folder", encoding="utf-8")
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", f"sqlite:///{tmp_path}/file/requests.db")
    messages, slots = submit(SLOTS)
    assert messages == []
    assert slots == {"consultation_saved": False}


def test_answers_that_got_lost_are_never_called_saved(database: Path) -> None:
    messages, slots = submit({})
    assert messages == []
    assert slots == {"consultation_saved": False}


def test_a_contact_that_does_not_fit_the_way_is_never_called_saved(database: Path) -> None:
    messages, slots = submit({**SLOTS, "consultation_way": "email"})
    assert messages == []
    assert slots == {"consultation_saved": False}


def test_half_a_whatsapp_setting_keeps_no_request_from_being_saved(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESOBOT_WHATSAPP_TOKEN", "secret")
    _, slots = submit(SLOTS)
    assert slots["consultation_saved"] is True
