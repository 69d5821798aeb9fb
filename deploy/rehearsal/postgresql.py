"""A PostgreSQL server with its data in a folder, on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.rehearsal.programs import program, unprivileged
from mesobot.running import free_port

USER = "mesobot"


@dataclass(frozen=True)
class PostgreSQL:
    """A server with its data.

    Attributes:
        folder: of its data and its log.
        user: whom it runs as, None for the present user.
        port: on loopback.
    """

    folder: Path
    user: str | None
    port: int

    @property
    def url(self) -> str:
        """Without a database."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """The folder of its files."""
        return self.folder / "data"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        options += " -c max_connections=200 -c fsync=off"  # it is the clients that are killed here
        self.run("pg_ctl", "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        """End it at once; connections break."""
        self.run("pg_ctl", "-m", "immediate", "-w", "stop")

    @contextmanager
    def shut_down(self) -> Iterator[None]:
        """Without the server for a while: connections are refused."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """The server is there and does nothing for a while."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        processes = [main, *map(int, children)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def run(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on the data.

        Raises:
            RuntimeError: if it fails.
        """
        command = [str(program("initdb").with_name(name)), "-D", str(self.data), *arguments]
        # pg_ctl leaves the server behind with its outputs: a pipe would never end.
        output = self.folder / "output"
        with output.open("w") as file:
            done = subprocess.run(
                command, check=False, cwd=self.folder, user=self.user, stdout=file, stderr=file
            )
        if done.returncode != 0:
            raise RuntimeError(output.read_text())


def start_postgresql(folder: Path, *options: str) -> PostgreSQL:
    """A new server with no database of ours yet.

    Args:
        folder: for its data and its log.
        options: more of ``initdb``.

    Raises:
        MissingProgramError: if there is no PostgreSQL.
        RuntimeError: if it does not start.
    """
    program("initdb")
    server = PostgreSQL(folder, unprivileged(folder), free_port())
    ours = ("--auth=trust", f"--username={USER}", "--no-sync", "--encoding=UTF8")
    server.run("initdb", *ours, *options)
    server.start()
    return server


def create_database(server: PostgreSQL, name: str) -> str:
    """Make an empty database; its URL."""
    import psycopg2

    connection = psycopg2.connect(f"{server.url}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return f"{server.url}/{name}"
