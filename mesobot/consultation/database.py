"""Opens the database of the consultation requests: SQLite, or PostgreSQL by its URL.

What is committed survives a power failure: SQLite writes with ``synchronous=FULL``,
PostgreSQL with ``synchronous_commit``. SQLite wipes what it deletes.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg2.extensions
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from mesobot import paths
from mesobot.consultation.migrations import migrate
from mesobot.consultation.transactions import (
    LIMIT,
    READS_ONLY,
    DatabaseUnavailableError,
    problem_of,
    wait_with_limit,
    writing,
)

DATABASE_VARIABLE = "MESOBOT_REQUESTS_DB"
PRAGMAS = {
    # In that order: changing the journal mode may have to wait.
    "busy_timeout": str(int(LIMIT * 1000)),
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "temp_store": "MEMORY",
}
"""Settings of each connection to SQLite."""

_POSTGRESQL_OPTIONS = {
    "statement_timeout": "4000",
    "lock_timeout": "3000",
    "idle_in_transaction_session_timeout": "15000",
    "synchronous_commit": "on",
}

_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_BUSY_PAUSE = 0.05


def database_url(environment: Mapping[str, str]) -> str:
    """Where the consultation requests are kept: a file in ``var`` unless a URL is given."""
    return environment.get(DATABASE_VARIABLE) or f"sqlite:///{paths.STATE / 'requests.db'}"


def sqlite_file(url: str | URL) -> Path | None:
    """The file of a SQLite database, or None if it is PostgreSQL.

    Raises:
        ValueError: if it is the URL of neither, or of a database in memory.
    """
    address = _address(url)
    return Path(str(address.database)) if address.drivername == "sqlite" else None


def open_database(url: str | URL) -> Engine:
    """Open the database and bring its tables up to date.

    Args:
        url: ``sqlite:///path/to/file`` or ``postgresql://user:password@host/name``.

    Raises:
        ValueError: if it is the URL of neither, or of a database in memory.
        DatabaseUnavailableError: if it cannot be reached or used, within five seconds.
    """
    address = _address(url)
    engine = _sqlite(address) if address.drivername == "sqlite" else _postgresql(address)
    try:
        with writing(engine) as connection:
            migrate(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


@lru_cache(maxsize=4)
def shared_database(url: str) -> Engine:
    """The database, opened once and open for the life of the process.

    Raises:
        ValueError: as ``open_database`` does.
        DatabaseUnavailableError: as ``open_database`` does; then it is tried anew next time.
    """
    return open_database(url)


def _address(url: str | URL) -> URL:
    """The URL, however it is spelled."""
    if isinstance(url, str):
        url = url.replace("postgres://", "postgresql://", 1)
    try:
        address = make_url(url)
    except (SQLAlchemyError, ValueError):
        raise ValueError("this is not the URL of a database") from None
    kind = address.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise ValueError("the database must be sqlite:///… or postgresql://…")
    if kind == "sqlite" and address.database in (None, "", ":memory:"):
        raise ValueError("a database in memory would lose every request; name a file")
    return address.set(drivername=kind)


def _sqlite(address: URL) -> Engine:
    try:
        make_private(Path(str(address.database)))
    except OSError as error:
        raise DatabaseUnavailableError(problem_of(error)) from None
    engine = create_engine(
        address,
        future=True,
        hide_parameters=True,
        # Transactions are begun below; sqlite3 would begin them late and without a lock.
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": LIMIT},
        poolclass=QueuePool,
        pool_timeout=LIMIT,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        for name, value in PRAGMAS.items():
            set_pragma(connection, name, value)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that starts by reading cannot always become a writing one.
        reads_only = connection.get_execution_options().get(READS_ONLY)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def make_private(path: Path) -> None:
    """Create the file if there is none, and keep everybody else out.

    What SQLite puts beside it (``-wal``, ``-shm``) gets the same permissions. A file that is there
    is not opened: closing it would end every lock that SQLite has on it in this process.
    """
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE_FILE))
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & ~_PRIVATE_FILE:
        path.chmod(_PRIVATE_FILE)


def set_pragma(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Change a setting of SQLite, waiting for others if need be.

    Raises:
        sqlite3.OperationalError: if it cannot be changed in time, or at all.
    """
    end = time.monotonic() + LIMIT
    while True:
        try:
            answer = connection.execute(f"PRAGMA {name}={value}").fetchone()
            break
        except sqlite3.OperationalError:
            # Two processes that switch a new file to WAL at once do not wait for each other.
            if time.monotonic() > end:
                raise
            time.sleep(_BUSY_PAUSE)
    if name == "journal_mode" and answer != ("wal",):
        raise sqlite3.OperationalError("no WAL on this file system; use a local disk")


def _postgresql(address: URL) -> Engine:
    return create_engine(
        address,
        future=True,
        hide_parameters=True,
        connect_args=postgresql_settings(),
        use_native_hstore=False,
        poolclass=QueuePool,
        pool_timeout=LIMIT,
        pool_pre_ping=True,
    )


def postgresql_settings() -> dict[str, str]:
    """Arguments of each connection to PostgreSQL; from now on none waits without an end."""
    # It is a setting of psycopg2 as a whole: there is none for a single connection.
    psycopg2.extensions.set_wait_callback(wait_with_limit)
    options = " ".join(f"-c {name}={value}" for name, value in _POSTGRESQL_OPTIONS.items())
    return {"options": options, "application_name": "mesobot"}
