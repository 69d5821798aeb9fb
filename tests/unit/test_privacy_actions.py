"""Asking to be forgotten, and "what do you know about me": done and said, or honestly not done."""

import asyncio
from pathlib import Path

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_forget_me import ActionForgetMe
from actions.action_tell_what_is_known import ActionTellWhatIsKnown
from mesobot import paths
from mesobot.consultation.database import open_database
from mesobot.consultation.delivery.catcher import keep_mail
from mesobot.consultation.request import State
from tests.postgresql import new_database
from tests.unit.chat_rows import make_events, say, senders
from tests.unit.consultation.requests import Store


@pytest.fixture
def store(chats_at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Requests in the same kind of database as the conversations."""
    is_file = chats_at.startswith("sqlite")
    url = f"sqlite:///{tmp_path / 'requests.db'}" if is_file else new_database()
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", url)
    monkeypatch.delenv("MESOBOT_ENCRYPTION_KEY", raising=False)
    monkeypatch.setattr(paths, "STATE", tmp_path)
    return Store(open_database(url))


@pytest.fixture
def chats(chats_at: str) -> str:
    make_events(chats_at)
    return chats_at


def run(action, sender: str = "web-1", **slots: str) -> tuple[list[dict], dict[str, object]]:
    dispatcher = CollectingDispatcher()
    tracker = Tracker(sender, slots, {}, [], False, None, {}, "action_listen")
    events = asyncio.run(action.run(dispatcher, tracker, {}))
    return dispatcher.messages, {event["name"]: event["value"] for event in events}


def test_requests_mails_and_chat_of_this_conversation_go(
    store: Store, chats: str, tmp_path: Path
) -> None:
    mine = store.submit(conversation="web-1")
    (tmp_path / "mail").mkdir()
    for message_id in store.deliver_all():
        keep_mail(tmp_path / "mail", f"Message-ID: {message_id}\r\n\r\nAda".encode())
    others = store.submit(conversation="web-2")
    say(chats, "web-1", "hello")
    say(chats, "web-2", "hello")
    (message,), slots = run(ActionForgetMe())
    assert slots == {"chat_forgotten": True}
    assert message["response"] == "utter_forgotten_with_requests"
    assert message["known_reference"] == mine
    states = {r.reference: r.state for r in store.service.list()}
    assert states == {mine: State.ERASED, others: State.NEW}
    assert senders(chats) == ["web-2"]
    assert list((tmp_path / "mail").iterdir()) == []


def test_a_chat_without_a_request_goes_as_well(store: Store, chats: str) -> None:
    say(chats, "web-1", "hello")
    (message,), slots = run(ActionForgetMe())
    assert (message["response"], slots) == ("utter_forgotten", {"chat_forgotten": True})
    assert senders(chats) == []


@pytest.mark.parametrize("chats_at", ["sqlite"], indirect=True)
@pytest.mark.parametrize("broken", ["requests.db", "chats.db"])
def test_what_did_not_work_is_never_called_done(
    store: Store, chats: str, tmp_path: Path, broken: str
) -> None:
    store.engine.dispose()
    for path in tmp_path.glob(f"{broken}*"):
        path.unlink()
    (tmp_path / broken).write_bytes(b"no database" * 1000)
    messages, slots = run(ActionForgetMe())
    assert (messages, slots) == ([], {"chat_forgotten": False})


def test_what_is_known_is_told_piece_by_piece_and_begins_once(store: Store) -> None:
    reference = store.submit(conversation="web-1")
    store.submit(conversation="web-2")
    messages, slots = run(ActionTellWhatIsKnown(), consultation_name="Nil")
    assert slots == {"known_told": True}
    pieces = ["chat", "form", "request", "deletion"]
    assert [m["response"] for m in messages] == [f"utter_known_{piece}" for piece in pieces]
    assert [bool(m.get("goes_on")) for m in messages] == [False, True, True, True]
    assert messages[1]["known_answers"] == "Nil"
    assert messages[2]["known_reference"] == reference


def test_without_a_request_that_is_said(store: Store) -> None:
    messages, _ = run(ActionTellWhatIsKnown())
    pieces = ["chat", "no_request", "deletion"]
    assert [m["response"] for m in messages] == [f"utter_known_{piece}" for piece in pieces]


def test_nothing_is_told_by_halves(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOBOT_ENCRYPTION_KEY", "no key")
    assert run(ActionTellWhatIsKnown()) == ([], {"known_told": False})
