"""A PostgreSQL server for the tests: started when first needed, gone with its data at the end."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.rehearsal.postgresql import PostgreSQL, create_database, start_postgresql
from tests.programs import needed


def new_database() -> str:
    """URL of an empty database of its own. Skips the test where there is no PostgreSQL."""
    return create_database(_server(), f"test_{uuid.uuid4().hex}")


@contextmanager
def shut_down() -> Iterator[None]:
    """Without the server for a while: connections are refused."""
    with _server().shut_down():
        yield


@contextmanager
def standing_still() -> Iterator[None]:
    """The server is there and does nothing for a while."""
    with _server().standing_still():
        yield


def _server() -> PostgreSQL:
    needed("initdb")
    return _start()


@functools.cache
def _start() -> PostgreSQL:
    folder = Path(tempfile.mkdtemp(prefix="mesobot-postgresql-"))
    server = start_postgresql(folder)

    def stop() -> None:
        server.stop()
        shutil.rmtree(folder)

    atexit.register(stop)
    return server
