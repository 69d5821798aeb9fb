"""Rasa servers that can be killed and started again, on one state."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesobot import paths
from mesobot.running import actions_command, free_port, rasa_command, wait_for
from mesobot.settings import actions_url
from tests.graph.peer import GraphPeer

_START_SECONDS = 120


class Server:
    """One process that takes webhooks.

    Attributes:
        folder: holds the state and the log; several servers may share it.
    """

    def __init__(self, folder: Path, graph: GraphPeer, **variables: str) -> None:
        self.port = free_port()
        self.folder = folder
        self._log = folder / f"server-{self.port}.log"
        self._environment = {
            **os.environ,
            "MESOBOT_PORT": str(self.port),
            "MESOBOT_STATE": str(folder / "state"),
            "MESOBOT_TRACKER_DB": str(folder / "conversations.db"),
            "MESOBOT_ACTIONS_URL": f"http://127.0.0.1:{free_port()}/webhook",
            **graph.environment(),
            **variables,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/whatsapp/webhook"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def launch(self) -> None:
        """Start, without waiting."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                rasa_command(self.port, "credentials.public.yml"),
                cwd=paths.ROOT,
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return once it answers."""
        process = self._process
        assert process
        address = f"http://127.0.0.1:{self.port}/webhooks/whatsapp/"
        assert wait_for(address, _START_SECONDS, lambda: process.poll() is None), self.printed()

    def resident(self) -> int:
        """Memory that it uses, in bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def printed(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def actions(folder: Path) -> Iterator[str]:
    """An action server for servers in that folder, ready before they are; its address."""
    port = free_port()
    environment = {
        **os.environ,
        "MESOBOT_STATE": str(folder / "state"),
        "MESOBOT_TRACKER_DB": str(folder / "conversations.db"),
    }
    with (folder / "actions.log").open("ab") as output:
        process = subprocess.Popen(
            actions_command(port), cwd=paths.ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        yield actions_url(port)
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def servers(folder: Path, graph: GraphPeer, count: int, **variables: str) -> Iterator[list[Server]]:
    """So many servers on one state, which answer; each is stopped at the end."""
    these = [Server(folder, graph, **variables) for _ in range(count)]
    try:
        for server in these:
            server.launch()
        for server in these:
            server.wait()
        yield these
    finally:
        for server in these:
            server.kill()
