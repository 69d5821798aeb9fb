"""Removes conversations for good: one person's, or all that are too old."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import Table, delete, inspect, select
from sqlalchemy.engine import Connection, Engine

from mesobot.chats.database import chats_file, chats_url, events, open_chats
from mesobot.chats.erased import erased_chats, note_erased
from mesobot.chats.making import make
from mesobot.chats.web_table import web_messages
from mesobot.chats.whatsapp.forgetting import WhatsAppPeople, open_people
from mesobot.consultation.clock import Clock, utc_now
from mesobot.consultation.traces import remove_traces
from mesobot.consultation.transactions import reading, writing

_AT_ONCE = 500
"""Senders in one statement: SQLite allows for about a thousand values."""


class ErasedError(Exception):
    """A conversation was erased while a reply was being made; nothing of it was written."""


class Chats:
    """All conversations of this installation.

    Every method raises DatabaseUnavailableError when the database fails.

    Args:
        url: from ``chats_url``.
        clock: gives the present moment.
        whatsapp: who wrote on WhatsApp, which is kept elsewhere.
    """

    def __init__(
        self, url: str, clock: Clock = utc_now, whatsapp: WhatsAppPeople | None = None
    ) -> None:
        self._url = url
        self._clock = clock
        self._whatsapp = whatsapp

    def forget(self, is_meant: Callable[[str], bool]) -> int:
        """Remove the conversations whose sender id passes a test; returns how many."""
        people = self._whatsapp.forget(is_meant) if self._whatsapp else []
        engine = self._engine()
        if engine is None:
            return len(people)
        with reading(engine) as connection:
            senders = {
                sender
                for table in _present(connection)
                for sender in connection.execute(select(table.c.sender_id).distinct()).scalars()
            }
        meant = sorted(sender for sender in senders if is_meant(sender))
        self._delete(engine, meant)
        remove_traces(engine)
        return len({*people, *meant})

    def forget_sender(self, sender: str, patience: float | None = None) -> None:
        """Remove one conversation.

        Args:
            sender: id of its sender.
            patience: seconds to try to overwrite the old bytes; the relay does it later, too.
        """
        engine = self._engine()
        if engine is not None:
            self._delete(engine, [sender])
            remove_traces(engine, patience)
        if self._whatsapp:
            self._whatsapp.forget_sender(sender, patience)

    def purge(self, older_than: timedelta) -> int:
        """Remove what was said before that time; returns how many events and messages.

        Old bytes are overwritten even if nothing is that old: an earlier erasure may have had
        to leave some.
        """
        others = self._whatsapp.purge(older_than) if self._whatsapp else 0
        engine = self._engine()
        if engine is None:
            return others
        before = (self._clock() - older_than).timestamp()
        with writing(engine) as connection:
            gone = sum(
                int(connection.execute(delete(table).where(table.c.timestamp < before)).rowcount)
                for table in _present(connection)
            )
            make(connection, erased_chats)
            connection.execute(delete(erased_chats).where(erased_chats.c.timestamp < before))
        remove_traces(engine)
        return gone + others

    def _engine(self) -> Engine | None:
        """The database, or None if nobody has said anything yet."""
        file = chats_file(self._url)
        if file is not None and not file.exists():
            return None
        engine = open_chats(self._url)
        with reading(engine) as connection:
            return engine if _present(connection) else None

    def _delete(self, engine: Engine, senders: list[str]) -> None:
        now = self._clock().timestamp()
        with writing(engine) as connection:
            make(connection, erased_chats)
            for start in range(0, len(senders), _AT_ONCE):
                some = senders[start : start + _AT_ONCE]
                note_erased(connection, some, now)
                for table in _present(connection):
                    connection.execute(delete(table).where(table.c.sender_id.in_(some)))


def _present(connection: Connection) -> list[Table]:
    """The tables that hold what was said, as far as they have been made."""
    there = set(inspect(connection).get_table_names())
    return [table for table in (web_messages, events) if table.name in there]


def open_conversations(environment: Mapping[str, str]) -> Chats:
    """The conversations of this installation; nothing is opened before it is needed."""
    return Chats(chats_url(environment), whatsapp=open_people(environment))
