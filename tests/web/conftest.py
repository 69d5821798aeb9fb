"""A server that only has the website's chat, as the public would reach it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mesobot.running import free_port, rasa_command
from tests.scenarios.conftest import running
from tests.web.browser import Browsers, installed_client

SITE = "https://www.clinic.example"
MANY = {"MESOBOT_WEB_ADDRESS_MESSAGES_A_MINUTE": "6000", "MESOBOT_WEB_ADDRESS_BURST": "6000"}


@dataclass
class WebServer:
    """A running server, and the port at which its action server would be."""

    port: int
    actions_port: int
    log: Path
    database: Path

    def open_silent_actions(self) -> socket.socket:
        """An action server that takes connections and never answers."""
        silent = socket.socket()
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        silent.bind(("127.0.0.1", self.actions_port))
        silent.listen(50)
        return silent


@pytest.fixture(scope="session")
def client_folder() -> Path:
    return installed_client()


@pytest.fixture(scope="session")
def web(client_folder, tmp_path_factory) -> Iterator[WebServer]:
    """Its action server is dead, its limits for a session are the usual ones."""
    folder = tmp_path_factory.mktemp("web")
    port, actions_port = free_port(), free_port()
    with running(
        rasa_command(port, "credentials.public.yml"),
        folder,
        ready="/chat/",
        MESOBOT_PORT=str(port),
        MESOBOT_ACTIONS_URL=f"http://127.0.0.1:{actions_port}/webhook",
        MESOBOT_WEB_ORIGINS=SITE,
        LOG_LEVEL="INFO",  # Rasa inside the tests' own process lowers it for its children
        **MANY,
    ) as started:
        yield WebServer(port, actions_port, started.log, folder / "conversations.db")


@pytest.fixture
def browsers(client_folder) -> Iterator[Browsers]:
    started = Browsers(client_folder)
    try:
        yield started
    finally:
        started.stop()
