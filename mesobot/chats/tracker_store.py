"""Rasa's SQL tracker store, which never brings back what was erased, and is quick about the rest.

A turn works on a copy of the conversation in memory and is written at its end. Rasa writes
whatever the database does not hold, so a conversation that is erased during a turn ("forget me",
or staff in another process) would be written anew, as a whole.

The table is Rasa's, and so is what is in it. But Rasa asks by way of objects, one for each row,
which is five times the work.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import Table, bindparam, func, insert, or_, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mesobot.chats.database import CHATS_VARIABLE, chats_file, chats_url, open_chats
from mesobot.chats.erased import erased_chats, was_erased
from mesobot.chats.forgetting import ErasedError
from mesobot.chats.making import make
from mesobot.consultation.database import make_private

_events: Table = SQLTrackerStore.SQLEvent.__table__
_of_sender = _events.c.sender_id == bindparam("sender")
_session_start = (
    select(func.max(_events.c.timestamp))
    .where(_of_sender, _events.c.type_name == SessionStarted.type_name)
    .scalar_subquery()
)
_of_session = or_(_events.c.timestamp >= _session_start, _session_start.is_(None))
_EVENTS = select(_events.c.data).where(_of_sender).order_by(_events.c.id)
_SESSION = _EVENTS.where(_of_session)
_LENGTH = select(func.count()).select_from(_events).where(_of_sender, _of_session)


class ForgettingTrackerStore(SQLTrackerStore):
    """Keeps conversations in the database that ``db`` names: a file, or a URL."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        db: str = "",
    ) -> None:
        """Open the database, and make its table if it is new."""
        url = chats_url({CHATS_VARIABLE: db})
        file = chats_file(url)
        if file is not None:
            make_private(file)
        super().__init__(domain=domain, host=url, event_broker=event_broker)
        self.engine.dispose()
        # Rasa's engine would quote messages in the log when the database is locked.
        self.engine: Engine = open_chats(url)
        self.sessionmaker = sessionmaker(bind=self.engine)
        with self.engine.begin() as connection:
            make(connection, erased_chats)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what the database does not hold of a conversation."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            rows = [_row(tracker.sender_id, e) for e in self._additional_events(session, tracker)]
            if rows:
                session.execute(insert(_events), rows)
            session.commit()

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        """The conversation, or its latest session; None if there is none."""
        query = _EVENTS if fetch_events_from_all_sessions else _SESSION
        with self.session_scope() as session:
            found = session.execute(query, {"sender": sender_id}).scalars().all()
        events = [json.loads(data) for data in found]
        if not events or not self.domain:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    def _additional_events(
        self, session: Session, tracker: DialogueStateTracker
    ) -> Iterator[Event]:
        """What is to be written at the end of a turn.

        Raises:
            ErasedError: if the conversation was erased meanwhile.
        """
        stored = session.execute(_LENGTH, {"sender": tracker.sender_id}).scalar_one()
        events = list(tracker.events)
        if events and not stored:
            said = sum(isinstance(event, UserUttered) for event in events)
            since = events[0].timestamp
            if said > 1 or was_erased(session.connection(), tracker.sender_id, since):
                raise ErasedError
        return iter(events[stored:])


def _row(sender: str, event: Event) -> Mapping[str, Any]:
    """An event as Rasa keeps it."""
    data = event.as_dict()
    return {
        "sender_id": sender,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
