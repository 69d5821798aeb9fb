"""Transactions with a time limit, and what can go wrong with them in words without data.

A transaction ends within ``LIMIT`` seconds: SQLite waits that long for other writers. With
PostgreSQL the whole transaction has that long, also when the server is there but does not
answer (it was stopped, or the network swallows everything), which no setting of its own covers.
"""

from __future__ import annotations

import select
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionError

LIMIT = 4.0
"""Seconds that a transaction may take."""

READS_ONLY = "mesobot_reads_only"
"""Execution option of a transaction that does not write and need not wait for writers."""

_operation = threading.local()


class DatabaseUnavailableError(Exception):
    """The database cannot be reached, is locked, full or broken; the text holds no data."""


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is committed at the end, and rolled back on any error.

    Raises:
        DatabaseUnavailableError: if the database failed. Whether a failed commit took place
            cannot always be known.
        IntegrityError: if a constraint was violated.
    """
    with _limited(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, on one consistent state of the database.

    Raises:
        DatabaseUnavailableError: if the database failed.
    """
    with _limited(), engine.execution_options(**{READS_ONLY: True}).begin() as connection:
        yield connection


def problem_of(error: BaseException) -> str:
    """What went wrong, without any value (messages of PostgreSQL quote them)."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(cause, sqlite3.Error):
        return str(cause)
    code = getattr(cause, "pgcode", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__


def wait_with_limit(connection: Any) -> None:
    """Waits for PostgreSQL no longer than the transaction may take (a psycopg2 wait callback).

    Raises:
        psycopg2.OperationalError: when time is over; psycopg2 then closes the connection.
    """
    end = getattr(_operation, "end", None) or time.monotonic() + LIMIT
    while (state := connection.poll()) != POLL_OK:
        left = max(0.0, end - time.monotonic())
        descriptors = [connection.fileno()]
        reads = descriptors if state == POLL_READ else []
        writes = descriptors if state == POLL_WRITE else []
        if not any(select.select(reads, writes, [], left)):
            raise psycopg2.OperationalError("no answer in time")


@contextmanager
def _limited() -> Iterator[None]:
    outermost = getattr(_operation, "end", None) is None
    if outermost:
        _operation.end = time.monotonic() + LIMIT
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, NoConnectionError, sqlite3.Error, psycopg2.Error, OSError) as error:
        raise DatabaseUnavailableError(problem_of(error)) from None
    finally:
        if outermost:
            _operation.end = None
