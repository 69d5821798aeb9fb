"""A PostgreSQL server for the tests: started when first needed, gone with its data at the end."""

from __future__ import annotations

import atexit
import functools
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.rehearsal.postgresql import PostgreSQL, create_database, start_postgresql
from tests.programs import needed

LARGEST_LOG_FILE = 1 << 20
"""Bytes."""


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


def limit_files(process: int, size: int | None) -> None:
    """Let a process of the server write no file beyond that size, or any size again."""
    limit = f"--fsize={'unlimited' if size is None else size}:unlimited"
    # By its own user: root may not be allowed to, in a container.
    command = ["prlimit", f"--pid={process}", limit]
    subprocess.run(command, check=True, user=_server().user)


def log() -> str:
    """What the server has complained about."""
    return (_server().folder / "log").read_text(encoding="utf-8", errors="replace")


def _server() -> PostgreSQL:
    needed("initdb")
    return _start()


@functools.cache
def _start() -> PostgreSQL:
    folder = Path(tempfile.mkdtemp(prefix="mesobot-postgresql-"))
    # Small parts of the write-ahead log: a test that limits the size of files means the tables.
    server = start_postgresql(folder, f"--wal-segsize={LARGEST_LOG_FILE >> 20}")

    def stop() -> None:
        server.stop()
        shutil.rmtree(folder)

    atexit.register(stop)
    return server
