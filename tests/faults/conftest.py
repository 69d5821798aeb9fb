"""What the faults are tried on: SQLite and PostgreSQL, and a whole assistant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from deploy.rehearsal.redis_server import RedisServer
from mesobot.running import free_port, rasa_command
from tests import postgresql
from tests.faults.action_peers import ActionGate, ActionServer
from tests.programs import needed
from tests.scenarios.conftest import Assistant, running
from tests.unit.consultation.conftest import database_url, engine, store

__all__ = ["database_url", "engine", "store"]

CANARIES = ("Zeliha", "532 444 77", "533 111 22", "5324447", "5331112", "does it hurt")
"""What the patients of these tests write; the logs must hold none of it."""

EARLY, EARLY_WORDS = "early", "does it hurt?"
"""What is said as soon as it runs."""
BACK = "conversations are in the database again"
"""In the log."""


@dataclass
class Fragile:
    """An assistant whose action server is behind a gate, and where it keeps what is said."""

    assistant: Assistant
    gate: ActionGate
    actions: ActionServer
    requests: str
    chats: str


@contextmanager
def fragile_assistant(
    folder: Path, requests: str, chats: str, away: AbstractContextManager[None]
) -> Iterator[Fragile]:
    """It starts while something is away."""
    port = free_port()
    actions = ActionServer(
        {
            "MESOBOT_STATE": str(folder / "state"),
            "MESOBOT_REQUESTS_DB": requests,
            "MESOBOT_TRACKER_DB": chats,
        }
    )
    gate = ActionGate(actions.port)
    variables = {
        "MESOBOT_PORT": str(port),
        "MESOBOT_TRACKER_DB": chats,
        "MESOBOT_ACTIONS_URL": f"http://127.0.0.1:{gate.port}/webhook",
    }
    with ExitStack() as stack:
        stack.callback(gate.close)
        stack.callback(actions.kill)
        # Another process writes the log, so that a test can keep this one from writing any file.
        log = stack.enter_context((folder / "assistant.log").open("wb"))
        writer = stack.enter_context(Popen(["cat"], stdin=PIPE, stdout=log))
        with away:
            assistant = stack.enter_context(
                running(rasa_command(port), folder, output=writer.stdin, **variables)
            )
            assistant.say(EARLY, EARLY_WORDS)
        yield Fragile(assistant, gate, actions, requests, chats)
    printed = assistant.log.read_text(encoding="utf-8", errors="replace")
    assert [word for word in CANARIES if word in printed] == []


@pytest.fixture(scope="session")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fragile]:
    """Conversations and requests in SQLite files."""
    folder = tmp_path_factory.mktemp("fragile")
    chats, requests = (f"sqlite:///{folder / name}.db" for name in ("conversations", "requests"))
    with fragile_assistant(folder, requests, chats, nullcontext()) as started:
        yield started


@pytest.fixture(scope="session")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fragile]:
    """Conversations and requests in a PostgreSQL that is not there yet when it starts."""
    requests, chats = postgresql.new_database(), postgresql.new_database()
    away = postgresql.shut_down()
    with fragile_assistant(tmp_path_factory.mktemp("remote"), requests, chats, away) as started:
        started.assistant.wait_for_log(BACK)
        yield started


@pytest.fixture(params=["fragile", "remote"], ids=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Fragile:
    """The one or the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def redis(tmp_path) -> Iterator[RedisServer]:
    """A Redis of its own, for a test that stops it."""
    needed("redis-server")
    started = RedisServer(tmp_path)
    started.start()
    try:
        yield started
    finally:
        started.stop()
