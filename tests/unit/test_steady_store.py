"""Conversations go on while their database is away, and are written once it is back."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import read_endpoint_config
from sqlalchemy.exc import OperationalError

from mesobot import paths
from mesobot.chats import held as holding
from mesobot.chats.forgetting import open_conversations
from mesobot.chats.held import Held, Memory
from mesobot.chats.steady_store import SteadyTrackerStore, open_database
from tests.unit.chat_rows import senders


class Database(InMemoryTrackerStore):
    """A store that can be away in several ways; each new one of it has the same content."""

    content: ClassVar[dict[str, str]] = {}

    def __init__(self, fault: Callable[[], None]) -> None:
        super().__init__(Domain.empty())
        self.store = self.content
        self._fault = fault

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        self._fault()
        return await super().retrieve(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._fault()
        await super().save(tracker)


class Bench:
    """A store on a database, with a fault to be set."""

    def __init__(self) -> None:
        self.fault: Callable[[], None] = lambda: None
        Database.content = {}
        self.store = SteadyTrackerStore(
            Domain.empty(),
            open_store=lambda _: Database(self._fail),
            patience=0.2,
            pause=0.01,
        )

    def _fail(self) -> None:
        self.fault()

    async def turn(self, text: str, sender: str = "web-1") -> list[str]:
        """A message and its reply; what the assistant knows to have been said."""
        tracker = await self.store.retrieve(sender)
        if tracker is None:
            tracker = DialogueStateTracker(sender, [])
            tracker.update(SessionStarted())
        tracker.update(UserUttered(text))
        tracker.update(ActionExecuted("action_listen"))
        await self.store.save(tracker)
        return texts(tracker)

    async def back(self) -> None:
        self.fault = lambda: None
        for _ in range(500):
            if not self.store.is_away:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not come back")

    @property
    def stored(self) -> list[str]:
        database = Database(lambda: None)
        return texts(asyncio.run(database.retrieve("web-1")))


def texts(tracker: DialogueStateTracker | None) -> list[str]:
    return [e.text for e in tracker.events if isinstance(e, UserUttered)] if tracker else []


def refuse() -> None:
    raise OperationalError("insert", {"text": "canary"}, Exception("no connection"))


def hold(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)


def test_a_conversation_goes_on_in_memory_and_is_written_later() -> None:
    bench = Bench()

    async def talk() -> None:
        await bench.turn("one")
        bench.fault = refuse
        assert await bench.turn("two") == ["one", "two"]
        assert await bench.turn("three") == ["one", "two", "three"]
        await bench.back()
        assert await bench.turn("four") == ["one", "two", "three", "four"]

    hold(talk())
    assert bench.stored == ["one", "two", "three", "four"]


def test_a_conversation_that_begins_without_the_database_is_written_behind_the_earlier_one() -> (
    None
):
    bench = Bench()

    async def talk() -> None:
        await bench.turn("last week")
        bench.store = SteadyTrackerStore(
            Domain.empty(), open_store=bench.store._open_store, patience=0.2, pause=0.01
        )
        bench.fault = refuse
        assert await bench.turn("today") == ["today"]
        await bench.back()

    hold(talk())
    everything = asyncio.run(Database(lambda: None).retrieve_full_tracker("web-1"))
    assert texts(everything) == ["last week", "today"]


def test_a_database_that_hangs_is_waited_for_once_and_what_it_did_take_is_not_doubled() -> None:
    bench, go_on = Bench(), threading.Event()

    async def talk() -> None:
        await bench.turn("one")
        began = asyncio.get_running_loop().time()
        tracker = await bench.store.retrieve("web-1")
        assert tracker
        tracker.update(UserUttered("two"))
        bench.fault = lambda: go_on.wait(5) and None
        await bench.store.save(tracker)  # goes through in the end, long after it was given up
        assert await bench.turn("three") == ["one", "two", "three"]
        assert asyncio.get_running_loop().time() - began < 2
        go_on.set()
        await bench.back()

    hold(talk())
    assert bench.stored == ["one", "two", "three"]


def test_other_conversations_are_not_written_to_the_end_of_this_one() -> None:
    bench = Bench()

    async def talk() -> None:
        bench.fault = refuse
        await asyncio.gather(bench.turn("mine"), bench.turn("yours", "web-2"))
        await bench.back()

    hold(talk())
    assert bench.stored == ["mine"]


def test_a_message_is_never_logged_with_the_error(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench()
    bench.fault = refuse
    hold(bench.turn("canary"))
    printed = "".join(capsys.readouterr())
    assert "in memory only" in printed
    assert "canary" not in printed


def test_a_conversation_that_cannot_be_read_stops_nobody(tmp_path: Path) -> None:
    """Rasa's store ends the whole process."""
    file = tmp_path / "chats.db"
    store = SteadyTrackerStore(Domain.empty(), db=str(file))
    bench = Bench()
    bench.store = store

    async def talk() -> None:
        await bench.turn("one")
        with SQLTrackerStore(Domain.empty(), db=str(file)).session_scope() as session:
            session.execute("update events set data = '{'")
            session.commit()
        assert await bench.turn("two") == ["one", "two"], "known from memory"
        assert not store.is_away
        assert await bench.turn("hello", "web-2") == ["hello"]

    hold(talk())


def test_what_was_erased_before_it_was_written_is_never_written(
    chats_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began while the database was away, and was erased as soon as that was back."""
    bench = Bench()
    monkeypatch.setattr(bench, "fault", refuse)

    def opened(domain: Domain) -> TrackerStore:
        bench.fault()
        return open_database(domain, chats_at)

    bench.store = SteadyTrackerStore(Domain.empty(), open_store=opened, patience=5, pause=0.01)

    async def talk() -> None:
        open_database(Domain.empty(), chats_at)  # it has its tables
        await bench.turn("erased")
        await bench.turn("erased, too")
        await bench.turn("another patient", "web-2")
        await asyncio.to_thread(open_conversations(os.environ).forget_sender, "web-1")
        await bench.back()
        assert set(senders(chats_at)) == {"web-2"}
        assert await bench.turn("new") == ["new"]  # whoever may keep the name begins anew
        assert set(senders(chats_at)) == {"web-1", "web-2"}

    hold(talk())


def test_memory_is_limited_in_number_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "_MOST", 3)
    now = 0.0
    memory = Memory(lambda: now)
    for sender in "abcd":
        memory.put(sender, Held([SessionStarted()]))
    assert not memory.of("a").events
    memory.of("d").unwritten.append([SessionStarted()])
    now = 3600.0
    memory.of("e")
    assert not memory.of("c").events
    assert memory.of("d").events, "it is still to be written"


def test_rasa_is_told_to_use_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MESOBOT_TRACKER_DB", str(tmp_path / "chats.db"))
    config = read_endpoint_config(str(paths.ROOT / "endpoints.yml"), "tracker_store")
    assert isinstance(TrackerStore.create(config, Domain.empty()), SteadyTrackerStore)
