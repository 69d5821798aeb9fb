"""What was erased during a turn is not written again at its end."""

import asyncio
import gc
import sqlite3
import stat
from pathlib import Path

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import read_endpoint_config
from sqlalchemy import text as sql

from mesobot import paths
from mesobot.chats.forgetting import Chats, ErasedError
from mesobot.chats.steady_store import SteadyTrackerStore, open_database
from mesobot.chats.tracker_store import ForgettingTrackerStore
from tests.faults.waiting import wait_until
from tests.unit.chat_rows import senders


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chats.db"


@pytest.fixture
def store(chats_at: str) -> ForgettingTrackerStore:
    return ForgettingTrackerStore(Domain.empty(), db=chats_at)


def turn(store: TrackerStore, text: str, during: object = None) -> DialogueStateTracker:
    return asyncio.run(one_turn(store, text, during))


async def one_turn(store: TrackerStore, text: str, during: object = None) -> DialogueStateTracker:
    """A message, its reply and the end of the turn; ``during`` happens before the end."""
    tracker = await store.retrieve("web-1")
    if tracker is None:
        tracker = DialogueStateTracker("web-1", [])
        tracker.update(SessionStarted())
    tracker.update(UserUttered(text))
    if callable(during):
        during()
    tracker.update(BotUttered(f"answer to {text}"))
    await store.save(tracker)
    return tracker


def said(store: TrackerStore) -> list[str]:
    tracker = asyncio.run(store.retrieve("web-1"))
    return [e.text for e in tracker.events if isinstance(e, UserUttered)] if tracker else []


def test_turns_are_kept_one_after_the_other(store: ForgettingTrackerStore) -> None:
    for text in ("one", "two", "three"):
        turn(store, text)
    assert said(store) == ["one", "two", "three"]


def test_what_was_erased_during_a_turn_is_not_written_again(
    store: ForgettingTrackerStore, chats_at: str, tmp_path: Path
) -> None:
    turn(store, "canary one")
    turn(store, "forget me, canary two")
    with pytest.raises(ErasedError):
        turn(store, "yes canary", during=lambda: Chats(chats_at).forget_sender("web-1"))
    assert said(store) == []
    assert not any(b"canary" in path.read_bytes() for path in tmp_path.iterdir())
    turn(store, "hello again")
    turn(store, "how are you")
    assert said(store) == ["hello again", "how are you"]


def test_the_whole_conversation_goes_with_its_earlier_sessions(
    store: ForgettingTrackerStore, chats_at: str
) -> None:
    tracker = turn(store, "canary last week")
    tracker.update(SessionStarted())
    asyncio.run(store.save(tracker))
    turn(store, "forget me")
    with pytest.raises(ErasedError):
        turn(store, "yes", during=lambda: Chats(chats_at).forget_sender("web-1"))
    assert senders(chats_at) == []


def test_what_was_erased_is_in_no_memory_when_the_turn_ends(chats_at: str) -> None:
    async def talk() -> SteadyTrackerStore:
        store = SteadyTrackerStore(Domain.empty(), db=chats_at)
        await one_turn(store, "my name is zebrafinch")
        await one_turn(store, "forget me")
        assert in_memory("zebrafinch"), "conversations are held for an outage"
        await one_turn(store, "yes", during=lambda: Chats(chats_at).forget_sender("web-1"))
        return store

    store = asyncio.run(talk())
    wait_until(lambda: not in_memory("zebrafinch"), 5)  # the database's thread lets go in a moment
    assert said(store) == []


def in_memory(word: str) -> bool:
    """Whether anything in this process holds an event with that word."""
    gc.collect()
    return any(isinstance(e, UserUttered) and word in (e.text or "") for e in gc.get_objects())


def test_a_locked_database_does_not_put_the_message_into_the_log(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mesobot.chats.database.LIMIT", 0.1)
    store = FailSafeTrackerStore(ForgettingTrackerStore(Domain.empty(), db=str(file)))
    turn(store, "hello")
    with sqlite3.connect(file) as database:
        database.execute("begin exclusive")
        asyncio.run(store.save(DialogueStateTracker.from_events("web-2", [UserUttered("canary")])))
        database.rollback()
    assert "locked" in caplog.text
    assert "canary" not in caplog.text


def test_the_table_is_filled_and_read_as_rasa_does_it(
    store: ForgettingTrackerStore, tmp_path: Path
) -> None:
    rasas = SQLTrackerStore(Domain.empty(), db=str(tmp_path / "rasas.db"))
    said = UserUttered("hi", {"name": "greet", "confidence": 0.9}, [{"entity": "a", "value": "ü"}])
    events = [SessionStarted(), ActionExecuted("action_listen"), said, SlotSet("x", [1])]
    tracker = DialogueStateTracker.from_events("web-1", events)
    for each in (store, rasas):
        asyncio.run(each.save(tracker))
    tracker.update(SessionStarted())
    tracker.update(BotUttered("hello", {"buttons": []}, {"topics": ["greet"]}))
    rows = []
    for each in (store, rasas):
        asyncio.run(each.save(tracker))
        asyncio.run(each.save(tracker))
        with each.session_scope() as session:
            rows.append(session.execute(sql("select * from events order by id")).all())
    assert rows[0] == rows[1]
    assert len(rows[0]) >= len(tracker.events)
    for fetch in ("retrieve", "retrieve_full_tracker"):
        read = [asyncio.run(getattr(each, fetch)("web-1")) for each in (store, rasas)]
        assert read[0] == read[1]
        assert [e.as_dict() for e in read[0].events] == [e.as_dict() for e in read[1].events]
    assert asyncio.run(store.retrieve("web-2")) is None


def test_only_its_owner_reads_the_file(file: Path) -> None:
    ForgettingTrackerStore(Domain.empty(), db=str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_rasa_is_told_to_use_it(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("MESOBOT_TRACKER_DB", str(file))
    config = read_endpoint_config(str(paths.ROOT / "endpoints.yml"), "tracker_store")
    assert isinstance(TrackerStore.create(config, Domain.empty()), SteadyTrackerStore)
    assert isinstance(open_database(Domain.empty(), str(file)), ForgettingTrackerStore)
