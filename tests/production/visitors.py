"""Visitors of the public address, and which Rasa process they talk to."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.rehearsal.topology import Topology
from tests.faults.waiting import wait_until
from tests.web.browser import Browsers, Tab

WEBSOCKET, POLLING = ("websocket",), ("polling",)
EMERGENCY = "help my throat is swelling i cannot breathe"


def new_route() -> str:
    """As the widget makes one for a conversation."""
    return secrets.token_hex(8)


def connections(port: int) -> int:
    """Open connections to a loopback port, seen from its server."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return sum(each[1].endswith(f":{port:04X}") and each[3] == "01" for each in fields)


def opened(browsers: Browsers, topology: Topology, route: str) -> tuple[Tab, int]:
    """A tab by websocket, and the place of the process that serves it."""
    before = _settled(topology)
    tab = browsers.session(topology.url, route=route, transports=WEBSOCKET)
    after = _settled(topology)
    gained = [new - old for new, old in zip(after, before, strict=True)]
    assert sum(gained) == 1, gained
    return tab, gained.index(1)


def _settled(topology: Topology) -> list[int]:
    """Open connections of each process, once none comes or goes."""
    last: list[int] = []
    for _ in range(100):
        now = [connections(port) for port in topology.rasa_ports]
        if now == last:
            return now
        last = now
        time.sleep(0.25)
    raise AssertionError("connections come and go all the time")


def opened_at(browsers: Browsers, topology: Topology, at: int) -> tuple[Tab, str]:
    """A tab that a certain process serves, and its route."""
    for _ in range(30):
        route = new_route()
        tab, place = opened(browsers, topology, route)
        if place == at:
            return tab, route
        tab.close()
    raise AssertionError(f"30 routes, and none leads to process {at}")


@contextmanager
def killed(topology: Topology, at: int) -> Iterator[None]:
    """A Rasa process is killed and stays away for a while; at the end it is ready again."""
    topology.rasa[at].hold()
    topology.rasa[at].kill()
    try:
        yield
    finally:
        topology.rasa[at].release()
        topology.wait_for_rasa(at)


def until_reconnected(tab: Tab, sessions: int, seconds: float = 30) -> dict[str, object]:
    """What the server tells about the session at its ``sessions``-th connection."""
    return tab.wait_for("session", sessions, seconds)


def resumes(tab: Tab, last_seq: int) -> None:
    """From now on it reconnects with what it knows, as the widget does."""
    auth = {"protocol": 1, "token": tab.token, "last_seq": last_seq, "lang": "en"}
    tab.order("auth", auth=auth)


def until_printed(topology: Topology, line: str, times: int = 1, seconds: float = 40) -> None:
    """Return once the processes have printed a line that often."""
    wait_until(lambda: topology.printed.count(line) >= times, seconds)
