"""The production topology, once for all tests: real PostgreSQL, Redis, nginx and two Rasa processes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.rehearsal.topology import Topology
from tests.faults.conftest import CANARIES
from tests.programs import needed
from tests.web.browser import Browsers, installed_client
from tests.web.conftest import MANY


@pytest.fixture(scope="session")
def topology() -> Iterator[Topology]:
    needed("initdb", "redis-server", "nginx")
    # Not pytest's own folder: PostgreSQL is another user, who could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="mesobot-production-"))
    settings = {
        **MANY,
        "MESOBOT_WEB_MESSAGES_A_MINUTE": "600",
        "MESOBOT_WEB_BURST": "60",
        "MESOBOT_WEB_ADDRESS_CONNECTIONS": "200",  # all visitors here have the same address
    }
    try:
        with Topology(folder, settings=settings) as started:
            yield started
            printed = started.printed
    finally:
        shutil.rmtree(folder)
    assert [word for word in CANARIES if word in printed] == []


@pytest.fixture
def browsers(topology: Topology) -> Iterator[Browsers]:
    started = Browsers(installed_client(), topology.nginx.certificate)
    try:
        yield started
    finally:
        started.stop()
