"""The database is locked, or there and silent: it is said within five seconds."""

import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy.engine import Engine

from mesobot.consultation import migrations
from mesobot.consultation.database import open_database
from mesobot.consultation.service import NotSavedError
from mesobot.consultation.transactions import DatabaseUnavailableError, reading
from tests.unit.consultation.requests import Store


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'requests.db'}"


def opens_in_vain(url: str) -> str:
    """What is said when the database cannot be opened; it must not take long."""
    start = time.monotonic()
    with pytest.raises(DatabaseUnavailableError) as caught:
        open_database(url)
    assert time.monotonic() - start < 5
    return str(caught.value)


def test_a_locked_database_is_said_soon(tmp_path: Path) -> None:
    open_database(sqlite_url(tmp_path)).dispose()
    with closing(sqlite3.connect(tmp_path / "requests.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert opens_in_vain(sqlite_url(tmp_path)) == "database is locked"


def test_a_database_that_somebody_has_for_himself_is_said_soon(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "requests.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert opens_in_vain(sqlite_url(tmp_path)) == "database is locked"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_that_does_not_answer_is_said_soon(silent_port: int) -> None:
    assert opens_in_vain(f"postgresql://u:secret@127.0.0.1:{silent_port}/x") == "OperationalError"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_postgresql_whose_tables_are_locked_is_said_soon(database_url: str) -> None:
    open_database(database_url).dispose()
    with closing(psycopg2.connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {migrations.VERSION_TABLE} IN ACCESS EXCLUSIVE MODE")
        assert opens_in_vain(database_url).startswith("LockNotAvailable")


def submits_in_vain(store: Store) -> str:
    start = time.monotonic()
    with pytest.raises(NotSavedError) as caught:
        store.submit()
    assert time.monotonic() - start < 5
    return str(caught.value)


def test_a_request_is_not_saved_while_somebody_else_writes_and_is_when_he_is_done(
    tmp_path: Path,
) -> None:
    store = Store(open_database(sqlite_url(tmp_path)))
    with closing(sqlite3.connect(tmp_path / "requests.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert submits_in_vain(store) == "database is locked"
        assert store.service.list() == []  # reading goes on
    assert store.submit()


@contextmanager
def stopped(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    yield
    os.kill(process, signal.SIGCONT)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_request_is_not_saved_while_postgresql_stands_still_and_is_when_it_goes_on(
    store: Store,
) -> None:
    with reading(store.engine) as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with stopped(backend):
        submits_in_vain(store)
        with reading(store.engine) as connection:  # over a new connection
            other = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    assert other != backend
    assert store.submit()
    assert len(store.service.list()) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lost_connection_is_replaced_unnoticed(engine: Engine, database_url: str) -> None:
    store = Store(engine)
    store.submit(form="1")
    with closing(psycopg2.connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert store.submit(form="2")
