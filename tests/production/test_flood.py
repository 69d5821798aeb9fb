"""F18 on the website: one visitor sends 200 messages a second beside fifty others."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.rehearsal.topology import Topology
from tests.production.visitors import WEBSOCKET, new_route
from tests.web.browser import Browsers, Tab

OTHERS = 50
SECONDS = 12
SLOWEST = 10.0
"""Seconds at the 95th percentile, for machines that are busy with other things too."""
GROWTH_MIB = 60


def memory_mib(topology: Topology) -> float:
    """Resident memory of the Rasa processes."""
    total = 0
    for keeper in topology.rasa:
        pid = (topology.logs / f"{keeper.name}.pid").read_text()
        line = next(
            each for each in Path(f"/proc/{pid}/status").read_text().splitlines()
            if each.startswith("VmRSS")
        )  # fmt: skip
        total += int(line.split()[1])
    return total / 1024


def asks(tab: Tab, until: float) -> list[float]:
    """Seconds that each reply took; a question every four seconds or so."""
    waits = []
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            reply = tab.ask("does it hurt?", seconds=40)
        except AssertionError as problem:
            places = [(said["seq"], said["from"]) for said in tab.messages]
            raise AssertionError(f"{tab.name} heard {tab.names}, {places}") from problem
        assert "relatively painless" in reply["text"]
        waits.append(time.monotonic() - began)
        time.sleep(max(0.0, 4 - waits[-1]))
    return waits


def test_the_one_is_limited_and_the_others_are_answered(
    topology: Topology, browsers: Browsers
) -> None:
    flooder = browsers.session(topology.url, route=new_route(), transports=WEBSOCKET)
    others = [
        browsers.session(topology.url, route=new_route(), transports=WEBSOCKET)
        for _ in range(OTHERS)
    ]
    for tab in others[:8]:
        tab.ask("hello")
    before = memory_mib(topology)
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(OTHERS) as pool:
        waiting = [pool.submit(asks, tab, until) for tab in others]
        while time.monotonic() < until:
            messages = [{"id": new_route() * 2, "text": "does it hurt?"} for _ in range(200)]
            flooder.order("flood", messages=messages)
            time.sleep(1)
        waits = sorted(wait for each in waiting for wait in each.result())
    p50, p95 = statistics.median(waits), waits[int(len(waits) * 0.95)]
    grown = memory_mib(topology) - before
    print(f"p50 {p50:.2f} s, p95 {p95:.2f} s of {len(waits)}; memory {grown:+.0f} MiB")  # noqa: T201 - with -rP
    assert len(waits) >= OTHERS
    assert p95 < SLOWEST
    taken = sum(ack.get("ok") is True for ack in flooder.flooded())
    assert taken <= 60 + 10 * (SECONDS + 5)  # the burst and the pace of one session
    assert "disconnect" in flooder.names
    assert grown < GROWTH_MIB
