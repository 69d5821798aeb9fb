"""What the faults are tried on: SQLite and PostgreSQL, and a whole assistant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mesobot.running import free_port, rasa_command
from tests.faults.action_peers import ActionGate, action_server
from tests.scenarios.conftest import Assistant, running
from tests.unit.consultation.conftest import database_url, engine, store

__all__ = ["database_url", "engine", "store"]

CANARIES = ("Zeliha", "532 444 77", "533 111 22", "5324447", "5331112", "does it hurt")
"""What the patients of these tests write; the logs must hold none of it."""


@dataclass
class Fragile:
    """An assistant whose action server is behind a gate."""

    assistant: Assistant
    gate: ActionGate
    actions: int


@pytest.fixture(scope="session")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fragile]:
    """Conversations and requests in SQLite files."""
    folder, port = tmp_path_factory.mktemp("fragile"), free_port()
    with action_server({"MESOBOT_STATE": str(folder / "state")}) as (actions_port, process):
        gate = ActionGate(actions_port)
        variables = {
            "MESOBOT_PORT": str(port),
            "MESOBOT_ACTIONS_URL": f"http://127.0.0.1:{gate.port}/webhook",
        }
        with running(rasa_command(port), folder, **variables) as assistant:
            yield Fragile(assistant, gate, process.pid)
        gate.close()
        printed = assistant.log.read_text(encoding="utf-8", errors="replace")
        assert [word for word in CANARIES if word in printed] == []
