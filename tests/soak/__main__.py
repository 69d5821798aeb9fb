"""``make soak``, or ``python -m tests.soak --minutes 20 --seed 1``: exits with 1 if a promise was broken.

Prints a table, and writes everything that happened to ``build/soak/record.json``, and the logs beside it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from deploy.rehearsal.topology import Topology
from mesobot import paths
from mesobot.running import free_port
from tests.graph.peer import GraphPeer, graph_peer
from tests.soak import delivering
from tests.soak.disturbing import Disturber
from tests.soak.journeys import People
from tests.soak.judging import violations
from tests.soak.phone import Post
from tests.soak.record import Record
from tests.soak.table import table
from tests.soak.watching import Watch, logs_of
from tests.soak.words import leaked
from tests.web.browser import Browsers, installed_client
from tests.web.conftest import MANY
from tests.whatsapp.traffic import wait_and_look

VISITORS, PATIENTS = 16, 8
_PACE = (2.0, 6.0)
"""Seconds between an answer and the next message."""
_PLATFORM = ("--phone", "--anybody", "--pair-seconds", "1")
"""More requests come than one member of staff may be told of at the platform's own pace."""
_LAST_WORDS = 300.0
_SETTLING = 240.0
"""A killed relay's messages are leased for two minutes; what failed is tried again after half a minute."""


def main() -> int:
    """Run it; 0 if every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=paths.ROOT / "build" / "soak")
    given = parser.parse_args()
    given.results.mkdir(parents=True, exist_ok=True)
    record = Record()
    with tempfile.TemporaryDirectory(prefix="mesobot-soak-") as folder:
        _soak(Path(folder), record, given.minutes * 60, given.seed, given.results)
    found = violations(record)
    content = record.as_json(minutes=given.minutes, seed=given.seed, violations=found)
    (given.results / "record.json").write_text(content)
    sys.stdout.write(table(record) + "\n")
    sys.stdout.write(
        "\n".join(("VIOLATED:", *found) if found else ("Every promise was kept.",)) + "\n"
    )
    return 1 if found else 0


def _soak(folder: Path, record: Record, seconds: float, seed: int, results: Path) -> None:
    port = free_port()
    account = GraphPeer(port, folder, _account()).environment()
    settings = {
        **MANY,
        **account,
        "MESOBOT_WEB_ADDRESS_CONNECTIONS": "200",  # all visitors here have the same address
        "MESOBOT_STAFF_WHATSAPP": "905431110000",
        "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
    }
    with Topology(folder, settings=settings) as topology:
        trusted = {"SSL_CERT_FILE": str(topology.nginx.certificate)}
        made = folder / "graph"
        with graph_peer(made, *_PLATFORM, port=port, **_account(), **trusted) as graph:
            if not graph.subscribe(f"{topology.url}/webhooks/whatsapp/webhook"):
                raise RuntimeError("the assistant did not answer the platform's question")
            try:
                _held(topology, graph, record, seconds, seed)
            finally:
                for path in logs_of(topology):
                    shutil.copy(path, results / f"{path.parent.name}-{path.name}")


def _held(topology: Topology, graph: GraphPeer, record: Record, seconds: float, seed: int) -> None:
    """The people, the hand that breaks things, and the last look."""
    watch, post = Watch(topology, record), Post(graph)
    browsers = Browsers(installed_client(), topology.nginx.certificate)
    over = threading.Event()
    people = People(record, over, _PACE)
    threads = [
        people.thread(people.at_the_website, browsers, topology.url, number, seed)
        for number in range(VISITORS)
    ] + [people.thread(people.on_whatsapp, post, number, seed) for number in range(PATIENTS)]
    try:
        for thread in threads:
            thread.start()
        Disturber(topology, graph, record, seed).run(seconds, over)
        over.set()
        graph.calm()
        deadline = time.monotonic() + _LAST_WORDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        talking = sum(thread.is_alive() for thread in threads)
        if talking:
            record.unsettled.append(f"{talking} people who never come to their end")
        _last_look(topology, graph, record, people, post)
    finally:
        over.set()
        browsers.stop()
        post.stop()
        watch.stop()


def _last_look(
    topology: Topology, graph: GraphPeer, record: Record, people: People, post: Post
) -> None:
    delivering.wait_for_outbox(topology, record, _SETTLING)
    url = topology.environment["MESOBOT_REQUESTS_DB"]
    chats = wait_and_look(url, graph, post.delivered, _SETTLING)
    for count, what in (
        (chats.unanswered, "messages on WhatsApp without a reply"),
        (chats.doubled, "replies on WhatsApp that were accepted twice"),
        (chats.disordered, "messages on WhatsApp that were answered after a later one"),
    ):
        if count:
            record.odd.append((0, what, str(count)))
    record.delivered = delivering.look(topology, graph, people.identities)
    record.erased = len(people.erased)
    record.not_erased = delivering.not_erased(topology, people.erased)
    logs = [*logs_of(topology), topology.postgresql.folder / "log"]
    for path in logs:
        text = path.read_text(encoding="utf-8", errors="replace")
        record.leaks += [(path.name, word) for word in leaked(text, people.identities)]


def _account() -> dict[str, str]:
    """Of the fake platform; secrets that protect nothing."""
    from tests.graph.settings import TEST

    return dict(TEST)


if __name__ == "__main__":
    sys.exit(main())
