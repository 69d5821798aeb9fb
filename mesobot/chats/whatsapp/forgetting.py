"""Removes people who wrote on WhatsApp, with everything of theirs.

What stays of a message is a digest of the platform's id, which names nobody: the platform may
deliver it once more, days later, and it must not be answered then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection, Engine

from mesobot.chats.whatsapp.people import SENDER
from mesobot.chats.whatsapp.tables import InboxState, ReplyState, inbox, people, replies
from mesobot.consultation.clock import Clock, utc_now
from mesobot.consultation.database import database_url, shared_database
from mesobot.consultation.traces import remove_traces
from mesobot.consultation.transactions import reading, writing

_AT_ONCE = 500


class WhatsAppPeople:
    """Everybody who wrote on WhatsApp, for forgetting them.

    Every method raises DatabaseUnavailableError when the database fails.

    Args:
        open_engine: opens the database when it is needed.
        clock: gives the present moment.
    """

    def __init__(self, open_engine: Callable[[], Engine], clock: Clock = utc_now) -> None:
        self._open = open_engine
        self._clock = clock

    def forget(self, is_meant: Callable[[str], bool]) -> list[str]:
        """Remove everybody whose sender id passes a test; returns these ids."""
        with reading(self._open()) as connection:
            senders = [SENDER + id_ for id_ in connection.execute(select(people.c.id)).scalars()]
        meant = sorted(sender for sender in senders if is_meant(sender))
        self._remove(meant)
        return meant

    def forget_sender(self, sender: str, patience: float | None = None) -> None:
        """Remove one person, if the sender is one of this channel."""
        if sender.startswith(SENDER):
            self._remove([sender], patience)

    def purge(self, older_than: timedelta) -> int:
        """Remove whoever has not written for that long, and what is that old; returns how many.

        The bytes of texts that were emptied since are overwritten, too.
        """
        before = self._clock() - older_than
        engine = self._open()
        with writing(engine) as connection:
            quiet = select(people.c.id).where(people.c.heard_at < before)
            ids = list(connection.execute(quiet).scalars())
            _remove(connection, ids)
            old = connection.execute(delete(inbox).where(inbox.c.received_at < before)).rowcount
            sent = connection.execute(delete(replies).where(replies.c.created_at < before)).rowcount
        remove_traces(engine)
        return len(ids) + int(old) + int(sent)

    def _remove(self, senders: list[str], patience: float | None = None) -> None:
        engine = self._open()
        ids = [sender.removeprefix(SENDER) for sender in senders]
        with writing(engine) as connection:
            _remove(connection, ids)
        if ids:
            remove_traces(engine, patience)


def _remove(connection: Connection, ids: list[str]) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        theirs = inbox.c.person.in_(some)
        dropped = {"state": InboxState.DROPPED}
        waiting = update(inbox).where(theirs, inbox.c.state == InboxState.WAITING)
        connection.execute(waiting.values(dropped))
        connection.execute(
            update(inbox).where(theirs).values(person=None, content=None, urgent=None)
        )
        unsent = replies.c.state.in_([ReplyState.WAITING, ReplyState.HELD, ReplyState.REVIEW])
        connection.execute(delete(replies).where(replies.c.person.in_(some), unsent))
        rest = update(replies).where(replies.c.person.in_(some))
        connection.execute(rest.values(person=None, content=None, digest=None))
        connection.execute(delete(people).where(people.c.id.in_(some)))


def open_people(environment: Mapping[str, str]) -> WhatsAppPeople:
    """The people of this installation; nothing is opened before it is needed."""
    url = database_url(environment)
    return WhatsAppPeople(lambda: shared_database(url))
