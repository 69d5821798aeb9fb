"""A tracker store that goes on in memory while its database is away.

Rasa's own falls back, too, but it waits for the database as long as that pleases to hang, with
all conversations standing still; it begins each message anew, so that no form can be filled in;
it never writes what was said meanwhile; and it logs the patient's message with the error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import DataError, SQLAlchemyError

from mesobot.chats.database import CHATS_VARIABLE, chats_url, open_chats
from mesobot.chats.forgetting import ErasedError
from mesobot.chats.held import Held, Memory
from mesobot.chats.tracker_store import ForgettingTrackerStore
from mesobot.consultation.transactions import problem_of

PATIENCE = 2.0
"""Seconds for one use of the database; after that it counts as away."""
PAUSE = 2.0
"""Seconds between attempts to come back to it."""

_AWAY = (SQLAlchemyError, OSError, asyncio.TimeoutError)
_log = structlog.get_logger()
_Result = TypeVar("_Result")
OpenStore = Callable[[Domain], TrackerStore]


class SteadyTrackerStore(TrackerStore):
    """Keeps conversations in the database that ``db`` names: a file, or a URL.

    The database is used by one thread, one thing after the other. What it cannot do in time is
    done in memory; a task then tries until it is back, and writes what was said meanwhile, turn
    by turn, as it would have been written.

    Args:
        open_store: opens the store in the database; for tests and other stores.
        patience: seconds for one use of the database.
        pause: seconds between attempts to come back.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        db: str = "",
        *,
        open_store: OpenStore | None = None,
        patience: float = PATIENCE,
        pause: float = PAUSE,
    ) -> None:
        super().__init__(domain, event_broker)
        self._open_store = open_store or (lambda domain: open_database(domain, db))
        self._patience = patience
        self._pause = pause
        self._store: TrackerStore | None = None
        self._memory = Memory()
        self._thread = ThreadPoolExecutor(1, "conversations")
        self._coming_back: asyncio.Task[None] | None = None

    @property
    def is_away(self) -> bool:
        """Whether the database is not used now."""
        return self._coming_back is not None and not self._coming_back.done()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's current session, from memory if need be."""
        if not self.is_away:
            try:
                stored = await self._in_database(lambda store: store.retrieve(sender_id))
                events = list(stored.events) if stored else []
                self._memory.put(sender_id, Held(events, is_from_database=True))
                return stored
            except _AWAY as error:
                self._leave(error)
            except ValueError:
                _log.error("conversation unreadable")
        return self._memory.of(sender_id).tracker(sender_id, self.domain)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep what is new in a conversation."""
        held = self._memory.of(tracker.sender_id)
        held.unwritten.append(held.add(tracker))
        if self.is_away:
            return
        try:
            if held.is_from_database and len(held.unwritten) == 1:
                await self._in_database(lambda store: _write_turn(store, tracker, held))
            else:
                await self._in_database(lambda store: _catch_up(store, tracker.sender_id, held))
        except _AWAY as error:
            self._leave(error)
        except ErasedError:
            self._forget(tracker.sender_id)
        except ValueError:
            _not_written(held)

    def _forget(self, sender: str) -> None:
        _log.info("chat.erased_during_turn")
        self._memory.forget(sender)

    def _leave(self, error: BaseException) -> None:
        if not self.is_away:
            _log.error("conversations are in memory only, database away", problem=problem_of(error))
            self._coming_back = asyncio.get_running_loop().create_task(self._come_back())

    async def _come_back(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            with suppress(*_AWAY):
                await self._in_database(lambda store: store.retrieve(""))
                for sender, held in self._memory.unwritten().items():
                    await self._write_back(sender, held)
                if not self._memory.unwritten():
                    # As visible as the error was: information may be switched off.
                    _log.warning("conversations are in the database again")
                    return

    async def _write_back(self, sender: str, held: Held) -> None:
        try:
            await self._in_database(lambda store: _catch_up(store, sender, held))
        except ErasedError:
            self._forget(sender)
        except ValueError:
            _not_written(held)

    async def _in_database(
        self, use: Callable[[TrackerStore], Coroutine[Any, Any, _Result]]
    ) -> _Result:
        """Use the database in its thread.

        Raises:
            SQLAlchemyError, OSError, TimeoutError: if it is away.
            ErasedError: if the conversation was erased meanwhile.
            ValueError: if it does not take or give this conversation.
        """
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._used, use)
        return await asyncio.wait_for(work, self._patience)

    def _used(self, use: Callable[[TrackerStore], Coroutine[Any, Any, _Result]]) -> _Result:
        try:
            if self._store is None:
                self._store = self._open_store(self.domain)
            self._store.domain = self.domain  # Rasa sets it when it has loaded the model
            return asyncio.run(use(self._store))
        except (DataError, SystemExit) as error:
            # Rasa ends the process when an event cannot be read.
            raise ValueError(type(error).__name__) from None
        except _AWAY:
            self._store = None  # opened anew, then the tables are made if they are missing
            raise


async def _write_turn(store: TrackerStore, tracker: DialogueStateTracker, held: Held) -> None:
    await store.save(tracker)
    held.unwritten.pop(0)  # it may have taken so long that there are others by now


async def _catch_up(store: TrackerStore, sender: str, held: Held) -> None:
    """Write what the database has not got; what it did get before an error is not doubled.

    Raises:
        ErasedError: if the database has nothing any more of what it had.
    """
    stored = await store.retrieve(sender)
    if stored is None:
        if held.is_known_to_database:
            raise ErasedError
        stored = store.init_tracker(sender)
    known = {(event.type_name, event.timestamp) for event in stored.events}
    while held.unwritten:
        for event in held.unwritten[0]:
            if (event.type_name, event.timestamp) not in known:
                stored.update(event)
        await store.save(stored)
        held.unwritten.pop(0)


def _not_written(held: Held) -> None:
    """It is this conversation that the database does not take: others must go on."""
    _log.error("conversation not written")
    held.unwritten.clear()


def open_database(domain: Domain, db: str) -> TrackerStore:
    """The store in the database that ``db`` names.

    Raises:
        SQLAlchemyError: if the database is away.
    """
    open_chats(chats_url({CHATS_VARIABLE: db})).connect().close()  # Rasa logs each failure to do so
    return ForgettingTrackerStore(domain, db=db)
