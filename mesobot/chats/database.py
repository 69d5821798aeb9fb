"""Opens the database of the conversations (``MESOBOT_TRACKER_DB``). No Rasa in here.

Rasa makes the table and only ever adds to it; the rest of Mesobot only ever removes from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import NullPool

from mesobot import paths
from mesobot.consultation.database import postgresql_settings, set_pragma
from mesobot.consultation.transactions import LIMIT

CHATS_VARIABLE = "MESOBOT_TRACKER_DB"

events = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255)),
    Column("type_name", String(255)),  # user, bot, active_loop …
    Column("timestamp", Float),  # seconds since 1970
    Column("data", Text),  # JSON
)
"""The columns of Rasa's table that somebody of ours reads."""


def chats_url(environment: Mapping[str, str]) -> str:
    """Where conversations are kept: a file in ``var`` unless a file or a URL is given."""
    given = environment.get(CHATS_VARIABLE) or str(paths.STATE / "conversations.db")
    given = given.replace("postgres://", "postgresql://", 1)
    return given if "://" in given else f"sqlite:///{given}"


def chats_file(url: str) -> Path | None:
    """The SQLite file, or None if conversations are in another database.

    Raises:
        ArgumentError: if this is no URL of a database.
    """
    address = make_url(url)
    is_file = address.get_backend_name() == "sqlite" and address.database
    return Path(str(address.database)) if is_file else None


@lru_cache(maxsize=4)
def open_chats(url: str) -> Engine:
    """An engine that hides what is written from error messages, and wipes what it deletes.

    Without ``hide_parameters`` a locked database would put a patient's message into the log. There
    is one engine for a database in each process, so that all share its few connections.
    """
    if chats_file(url) is None:
        return _other(url)
    return _Sqlite(url).engine


class _Sqlite:
    """A file with a write-ahead log: a turn waits for the disk once instead of four times.

    A connection is opened for each use, so that a file that was put in its place is noticed. One
    more stays open: with the last one SQLite would write the log back each time.
    """

    def __init__(self, url: str) -> None:
        self.engine = create_engine(
            url, hide_parameters=True, connect_args={"timeout": LIMIT}, poolclass=NullPool
        )
        self._file = str(make_url(url).database)
        self._kept: sqlite3.Connection | None = None
        event.listen(self.engine, "connect", self._configure)

    def _configure(self, connection: sqlite3.Connection, _record: Any) -> None:
        set_pragma(connection, "journal_mode", "WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA temp_store=MEMORY")
        if self._kept is None:
            self._kept = sqlite3.connect(self._file, check_same_thread=False)
            self._kept.execute("PRAGMA user_version").fetchone()  # opens the log


def _other(url: str) -> Engine:
    is_postgresql = make_url(url).get_backend_name() == "postgresql"
    settings = postgresql_settings() if is_postgresql else {}
    return create_engine(
        url,
        hide_parameters=True,
        connect_args=settings,
        pool_pre_ping=True,
        pool_timeout=LIMIT,
    )
