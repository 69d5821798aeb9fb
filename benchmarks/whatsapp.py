"""``python -m benchmarks.whatsapp``: 2,000 messages of 200 patients on WhatsApp, with the real model.

Signed webhooks with batches, repetitions and messages in the wrong order; the server is killed and
started again in between. Prints how fast webhooks were acknowledged, and whether each message was
answered once and in order. Ends with 1 if not, or if the 95th percentile is over a second.

With ``--flood`` one patient then sends 200 messages a second for ten seconds, beside 50 others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from mesobot import settings
from tests.graph.peer import GraphPeer, graph_peer
from tests.whatsapp.phones import somebody
from tests.whatsapp.servers import Server, servers
from tests.whatsapp.traffic import Traffic, figures, flood, percentile, wait_and_look

_PARTS = (0.5, 0.95)
_SLOWEST = 1.0
"""Seconds, the 95th percentile of acknowledgements: slower, and receiving needs its own process."""


def main() -> int:
    """Run it once; 0 if all is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rate", type=float, default=10.0, help="webhooks in a second")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--database", help="URL of an empty PostgreSQL database; SQLite otherwise")
    parser.add_argument("--flood", action="store_true")
    given = parser.parse_args()
    settings.prepare_environment(os.environ)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = given.database or f"sqlite:///{folder / 'state' / 'requests.db'}"
        with (
            graph_peer(folder / "graph", "--anybody") as graph,
            servers(folder, graph, given.servers, MESOBOT_REQUESTS_DB=url) as these,
        ):
            if not graph.subscribe(these[0].webhook):
                raise RuntimeError("the server did not answer the platform's question")
            traffic = Traffic(
                [server.webhook for server in these], given.people, given.messages, given.rate
            )
            killer = threading.Thread(
                target=_kill, args=(these, given.kills, given.messages, given.rate), daemon=True
            )
            killer.start()
            begin = time.monotonic()
            delivered = asyncio.run(traffic.send())
            took = time.monotonic() - begin
            killer.join()
            found = wait_and_look(url, graph, delivered, 300)
            if given.flood:
                _flood(these[0], graph)
    sys.stdout.write(
        f"{delivered.messages} messages of {given.people} people in {took:.0f} s\n"
        f"acknowledged (ms): {figures(delivered)}\n{found}\n"
    )
    wrong = found.unanswered or found.doubled or found.disordered
    ordered = sorted(delivered.seconds)
    return 1 if wrong or ordered[int(0.95 * len(ordered))] > _SLOWEST else 0


def _flood(server: Server, graph: GraphPeer) -> None:
    """One who floods and 50 who ask a question: how fast these were acknowledged and answered."""
    one, others, before = somebody(), [somebody() for _ in range(50)], server.resident()
    asked_at = time.time()
    seen = asyncio.run(flood(server.webhook, one, others, a_second=200, seconds=10))
    answers = [graph.wait_for(str(person.phone), 1, 60)[0]["at"] for person in others]
    acknowledged = {part: round(1000 * percentile(seen.seconds_of_others, part)) for part in _PARTS}
    report = {
        "others_acknowledged_ms": acknowledged,
        "last_answer_after_s": round(max(answers) - asked_at, 1),
        "answers_to_the_one": len(graph.accepted(str(one.phone))),
        "not_200": sum(status != 200 for status in seen.statuses),  # noqa: PLR2004
        "megabytes_more": (server.resident() - before) // 2**20,
    }
    sys.stdout.write(f"flood: {json.dumps(report)}\n")


def _kill(these: list[Server], times: int, messages: int, rate: float) -> None:
    """Kill the last server again and again, spread over the run."""
    seconds = messages / 2 / rate
    for _ in range(times):
        time.sleep(seconds / (times + 1))
        these[-1].kill()
        these[-1].launch()
        these[-1].wait()


if __name__ == "__main__":
    sys.exit(main())
