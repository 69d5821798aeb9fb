"""The assistant and a website of another origin, for a browser; stopped and started on demand."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mesobot import paths
from mesobot.running import (
    FOREIGN_SITE_COMMAND,
    actions_command,
    free_port,
    rasa_command,
    wait_for,
)
from tests.scenarios.conftest import Assistant, running

_PATIENT_LIMITS = {
    "MESOBOT_WEB_MESSAGES_A_MINUTE": "6000",
    "MESOBOT_WEB_BURST": "500",
    "MESOBOT_WEB_ADDRESS_MESSAGES_A_MINUTE": "6000",
    "MESOBOT_WEB_ADDRESS_BURST": "6000",
    "MESOBOT_WEB_ADDRESS_CONNECTIONS": "200",
}


class Site:
    """Three processes: the assistant, its actions, and somebody else's website."""

    def __init__(self, folder: Path, **variables: str) -> None:
        """What it keeps is kept in the folder; nothing is started yet."""
        self._folder = folder
        self._ports = [free_port() for _ in range(3)]
        self._assistant: AbstractContextManager[Assistant] | None = None
        self._others: list[subprocess.Popen[bytes]] = []
        port, actions, site = self._ports
        self._variables = {
            "MESOBOT_PORT": str(port),
            "MESOBOT_ACTIONS_URL": f"http://127.0.0.1:{actions}/webhook",
            "MESOBOT_DEMO": "1",
            "MESOBOT_DEMO_PORT": str(site),
            **_PATIENT_LIMITS,
            **variables,
        }

    @property
    def addresses(self) -> dict[str, str]:
        """As the browser tests want them."""
        return {
            "MESOBOT_URL": f"http://127.0.0.1:{self._ports[0]}",
            "MESOBOT_FOREIGN_URL": f"http://127.0.0.1:{self._ports[2]}/",
        }

    def start_others(self) -> None:
        """Start what is never restarted: the action server and the foreign site."""
        environment = {
            **os.environ,
            **self._variables,
            "MESOBOT_STATE": str(self._folder / "state"),
            "MESOBOT_TRACKER_DB": str(self._folder / "conversations.db"),
        }
        for command in (actions_command(self._ports[1]), FOREIGN_SITE_COMMAND):
            self._others.append(
                subprocess.Popen(
                    command,
                    cwd=paths.ROOT,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )

    def start(self) -> None:
        """Start the assistant; back when it answers."""
        self._assistant = running(
            rasa_command(self._ports[0]), self._folder, ready="/chat/", **self._variables
        )
        self._assistant.__enter__()

    def wait_for_others(self) -> None:
        """Return once the action server and the foreign site answer."""
        assert wait_for(f"http://127.0.0.1:{self._ports[1]}/health", 60)
        assert wait_for(self.addresses["MESOBOT_FOREIGN_URL"], 60)

    def stop(self) -> None:
        """Stop the assistant; its conversations stay."""
        if self._assistant:
            self._assistant.__exit__(None, None, None)
            self._assistant = None

    def stop_others(self) -> None:
        """Stop the action server and the foreign site."""
        for process in self._others:
            process.terminate()
            process.wait(timeout=10)


class Control:
    """Lets the JavaScript side stop and start the assistant: ``POST /stop``, ``POST /start``."""

    def __init__(self, site: Site) -> None:
        """Serves until ``close``."""

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                {"/stop": site.stop, "/start": site.start}[self.path]()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()
