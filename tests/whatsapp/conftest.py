"""The assistant and a fake Graph API, each in processes of their own, over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from mesobot.running import free_port, wait_for
from tests.graph.peer import GraphPeer, graph_peer
from tests.scenarios.conftest import Assistant, running
from tests.whatsapp.phones import QUICK, Phones


@pytest.fixture(scope="session")
def graph(tmp_path_factory) -> Iterator[GraphPeer]:
    with graph_peer(tmp_path_factory.mktemp("graph")) as peer:
        yield peer


@pytest.fixture(scope="session")
def clinic(tmp_path_factory, graph: GraphPeer) -> Iterator[Assistant]:
    """The whole assistant, which chats with the fake platform."""
    ports = {"MESOBOT_PORT": str(free_port()), "MESOBOT_ACTIONS_PORT": str(free_port())}
    command = [sys.executable, "-m", "mesobot", "run"]
    folder = tmp_path_factory.mktemp("clinic")
    with running(command, folder, **ports, **graph.environment(), **QUICK) as started:
        assert wait_for(f"http://127.0.0.1:{ports['MESOBOT_ACTIONS_PORT']}/health", 60)
        assert graph.subscribe(webhook_of(started))
        yield started


@pytest.fixture
def phones(graph: GraphPeer, clinic: Assistant) -> Iterator[Phones]:
    graph.calm()
    yield Phones(graph)
    graph.calm()


def webhook_of(assistant: Assistant) -> str:
    return f"http://127.0.0.1:{assistant.port}/webhooks/whatsapp/webhook"
