"""Rasa's SQL tracker store, which never brings back what was erased.

A turn works on a copy of the conversation in memory and is written at its end. Rasa writes
whatever the database does not hold, so a conversation that is erased during a turn ("forget me",
or staff in another process) would be written anew, as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mesobot.chats.database import CHATS_VARIABLE, chats_file, chats_url, open_chats
from mesobot.chats.forgetting import ErasedError
from mesobot.consultation.database import make_private


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

    def _additional_events(
        self, session: Session, tracker: DialogueStateTracker
    ) -> Iterator[Event]:
        """What is to be written at the end of a turn.

        Raises:
            ErasedError: if the conversation was erased meanwhile.
        """
        said = sum(isinstance(event, UserUttered) for event in tracker.events)
        stored = session.query(self.SQLEvent.id).filter_by(sender_id=tracker.sender_id).first()
        if said > 1 and stored is None:
            raise ErasedError
        events: Iterator[Event] = super()._additional_events(session, tracker)
        return events
