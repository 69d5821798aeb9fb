"""Breaks one part of production after the other, at seeded times, and waits until it is well again.

One thing at a time: what two failures at once may cost is said in docs/runbook.md (who restarts Rasa
while PostgreSQL is away loses what was said since).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from itertools import chain
from threading import Event

from deploy.rehearsal.topology import Topology
from mesobot.running import wait_for
from tests.graph.peer import GraphPeer
from tests.soak.record import Record

KILLS = ("kill rasa-1", "kill rasa-2", "kill actions", "kill relay")
OTHERS = (
    "restart postgresql",
    "postgresql away",
    "restart redis",
    "redis away",
    "redis hanging",
    "reload nginx",
    "mail away",
    "graph errors",
    "graph loses answers",
    "actions hanging",
)
_PAUSE = (5.0, 12.0)
"""Seconds between two of them."""
_AWAY = 12.0
_SETTLING = 10.0
"""After PostgreSQL: by then everything that waited in memory is written."""
_GRAPH_ERRORS = (
    {"kind": "error", "code": 131000, "times": 4},
    {"kind": "error", "code": 131016, "times": 3},
    {"kind": "error", "code": 130429, "times": 2, "retry_after": 3},
    {"kind": "500", "times": 3},
    {"kind": "reset", "times": 2},
    {"kind": "garbage", "times": 2},
    {"kind": "hang", "times": 2, "seconds": 4},
)


def schedule(seed: int) -> Callable[[bool], Iterator[str]]:
    """What to break, forever; each kind once before any comes again.

    The argument of the result says whether our own processes may be killed now.
    """
    dice = random.Random(f"disturbances-{seed}")

    def bags(with_kills: bool) -> Iterator[str]:
        kinds = KILLS + OTHERS if with_kills else OTHERS
        return chain.from_iterable(dice.sample(kinds, len(kinds)) for _ in iter(int, 1))

    return bags


class Disturber:
    """The hand that breaks."""

    def __init__(self, topology: Topology, graph: GraphPeer, record: Record, seed: int) -> None:
        """Nothing is broken yet."""
        self._topology, self._graph, self._record = topology, graph, record
        self._dice = random.Random(f"pauses-{seed}")
        self._bags = schedule(seed)

    def run(self, seconds: float, over: Event) -> None:
        """Break things for so long; in the second third no process of ours is killed."""
        began = time.time()
        first, last = began + seconds / 3, began + 2 * seconds / 3
        self._until(self._bags(True), first, over)
        steady = time.time()
        self._until(self._bags(False), last, over)
        self._record.steady = (steady, time.time())
        self._until(self._bags(True), began + seconds, over)

    def _until(self, kinds: Iterator[str], end: float, over: Event) -> None:
        while time.time() < end and not over.wait(self._dice.uniform(*_PAUSE)):
            self.disturb(next(kinds))

    def disturb(self, kind: str) -> None:
        """Break one thing, and return when it is well again."""
        deed, part = kind.split(" ", 1)
        if kind in OTHERS and deed not in ("restart", "reload"):
            deed, part = part, deed
        deeds: dict[str, Callable[[str], None]] = {
            "kill": self._kill,
            "restart": self._restart,
            "reload": lambda _part: self._topology.nginx.reload(),
            "away": self._away,
            "hanging": self._hanging,
            "errors": lambda _part: self._graph.throw(**self._dice.choice(_GRAPH_ERRORS)),
            "loses answers": lambda _part: self._graph.throw("lost", times=3),
        }
        with self._record.disturbing(kind, part):
            deeds[deed](part)

    def _kill(self, part: str) -> None:
        self._topology.kept[part].kill()
        time.sleep(1)  # otherwise the one that was killed may still seem to answer
        if part.startswith("rasa-"):
            self._topology.wait_for_rasa(int(part[-1]) - 1)
        elif part == "actions":
            self._topology.wait_for_actions()

    def _restart(self, part: str) -> None:
        if part == "redis":
            with self._topology.redis.away():
                pass
            return
        with self._topology.postgresql.shut_down():
            pass
        time.sleep(_SETTLING)

    def _away(self, part: str) -> None:
        if part == "mail":
            mail = self._topology.kept["mail"]
            mail.hold()
            mail.kill()
            time.sleep(_AWAY)
            mail.release()
        elif part == "redis":
            with self._topology.redis.away():
                time.sleep(_AWAY)
        else:
            with self._topology.postgresql.shut_down():
                time.sleep(_AWAY)
            time.sleep(_SETTLING)

    def _hanging(self, part: str) -> None:
        if part == "redis":
            with self._topology.redis.standing_still():
                time.sleep(_AWAY)
            return
        with self._topology.kept[part].standing_still():
            time.sleep(6)
        wait_for(f"http://127.0.0.1:{self._topology.actions_port}/health", 30)
