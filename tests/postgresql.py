"""A PostgreSQL server for the tests: started when first needed, gone with its data at the end."""

from __future__ import annotations

import atexit
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "mesobot"
LARGEST_LOG_FILE = 1 << 20
"""Bytes."""


def new_database() -> str:
    """URL of an empty database of its own. Skips the test where there is no PostgreSQL."""
    name = f"test_{uuid.uuid4().hex}"
    server = _server()
    connection = psycopg2.connect(f"{server.url}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return f"{server.url}/{name}"


@contextmanager
def shut_down() -> Iterator[None]:
    """Without the server for a while: connections are refused."""
    server = _server()
    server.run("pg_ctl", "-m", "immediate", "-w", "stop")
    try:
        yield
    finally:
        server.start()


@contextmanager
def standing_still() -> Iterator[None]:
    """The server is there and does nothing for a while."""
    main = int((_server().data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    processes = [main, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def limit_files(process: int, size: int | None) -> None:
    """Let a process of the server write no file beyond that size, or any size again."""
    limit = f"--fsize={'unlimited' if size is None else size}:unlimited"
    # By its own user: root may not be allowed to, in a container.
    command = ["prlimit", f"--pid={process}", limit]
    subprocess.run(command, check=True, user=_server().user)


def log() -> str:
    """What the server has complained about."""
    return (_server().folder / "log").read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True)
class Server:
    """A server with its data.

    Attributes:
        url: without a database.
    """

    binaries: Path
    folder: Path
    user: str | None
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        options += " -c max_connections=200 -c fsync=off"  # it is the clients that are killed here
        self.run("pg_ctl", "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), "-D", str(self.data), *arguments]
        # pg_ctl leaves the server behind with its outputs: a pipe would never end.
        output = self.folder / "output"
        with output.open("w") as file:
            done = subprocess.run(
                command, check=False, cwd=self.folder, user=self.user, stdout=file, stderr=file
            )
        assert done.returncode == 0, output.read_text()


def _server() -> Server:
    binaries = _binaries()
    if binaries is None:
        message = "PostgreSQL is not installed (Debian, Ubuntu: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return _start(binaries)


@functools.cache
def _binaries() -> Path | None:
    found = _find_binaries()
    if found is None and os.getuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
            line = ["apt-get", "-qq", *command]
            subprocess.run(line, check=False, env=environment, stdout=subprocess.DEVNULL)
        found = _find_binaries()
    return found


def _find_binaries() -> Path | None:
    on_path = shutil.which("initdb")
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if on_path:
        return Path(on_path).resolve().parent
    return versions[-1].parent if versions else None


@functools.cache
def _start(binaries: Path) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="mesobot-postgresql-"))
    server = Server(binaries, folder, _unprivileged(folder), _free_port())

    def stop() -> None:
        server.run("pg_ctl", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)

    # Small parts of the write-ahead log: a test that limits the size of files means the tables.
    options = ("--no-sync", "--encoding=UTF8", f"--wal-segsize={LARGEST_LOG_FILE >> 20}")
    server.run("initdb", "--auth=trust", f"--username={_USER}", *options)
    server.start()
    atexit.register(stop)
    return server


def _unprivileged(folder: Path) -> str | None:
    """Whom to run as: PostgreSQL refuses to be run by root."""
    if os.getuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in users else "nobody"
    shutil.chown(folder, user)
    return user


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
