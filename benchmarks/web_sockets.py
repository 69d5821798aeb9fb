"""Measures the website's chat: the way over the socket beside REST, and many sessions at once.

Usage: ``.venv/bin/python -m benchmarks.web_sockets`` (four minutes; needs Node.js, see
scripts/node.sh). Loopback only, one Rasa server without an action server.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mesobot import paths, settings
from mesobot.evaluation.held_out import load_questions
from mesobot.running import free_port, rasa_command, wait_for
from tests.web.browser import installed_client

TURNS, PER_CONVERSATION = 200, 5
IDLE, ACTIVE, SECONDS, SECONDS_BETWEEN = 100, 20, 120, 6
HELD_OUT = paths.ROOT / "tests" / "evaluation" / "held_out"
LIMITS = {
    "MESOBOT_WEB_MESSAGES_A_MINUTE": "6000",
    "MESOBOT_WEB_BURST": "6000",
    "MESOBOT_WEB_ADDRESS_MESSAGES_A_MINUTE": "60000",
    "MESOBOT_WEB_ADDRESS_BURST": "60000",
    "MESOBOT_WEB_ADDRESS_CONNECTIONS": "500",
}
"""All browsers have the same address here; it is not the limits that are measured."""


def main() -> None:
    """Measure and print."""
    settings.prepare_environment(os.environ)
    client = installed_client()
    shutil.copy(Path(__file__).with_suffix(".mjs"), client)
    files = sorted(HELD_OUT.glob("singles_*.jsonl"))
    questions = [q.text for q in load_questions(*files) if q.topic != "out_of_scope"]
    with tempfile.TemporaryDirectory() as scratch, server(Path(scratch)) as (port, pid):
        url = f"http://127.0.0.1:{port}"
        say(f"{TURNS} questions over the socket and over REST ...")
        order = {"url": url, "questions": questions}
        run = Browsers(client, {**order, "what": "latency", "turns": TURNS,
                                "perConversation": PER_CONVERSATION})  # fmt: skip
        spent = processor_seconds(pid)
        times = run.result()
        spent = processor_seconds(pid) - spent
        skipped = 10  # the first ones warm everything up
        report_times("socket, send to reply", times["socket"][skipped:])
        report_times("REST, request to answer", times["rest"][skipped:])
        say(f"  processor time of the server: {1000 * spent / (2 * TURNS):.1f} ms a turn")
        say(f"{IDLE} idle and {ACTIVE} active sessions for {SECONDS} s ...")
        before = resident_mebibytes(pid)
        run = Browsers(client, {**order, "what": "sessions", "idle": IDLE, "active": ACTIVE,
                                "seconds": SECONDS, "secondsBetween": SECONDS_BETWEEN})  # fmt: skip
        run.connected.wait(60)
        memory = [resident_mebibytes(pid)]
        while not run.done.wait(15):
            memory.append(resident_mebibytes(pid))
        outcome = run.result()
        time.sleep(2)
        report_times("socket, send to reply", outcome["times"])
        say(
            f"  drops {outcome['drops']}, unanswered {outcome['unanswered']}, "
            f"still connected {outcome['alive']} of {IDLE + ACTIVE}"
        )
        say(
            f"  memory in MiB: before {before:.0f}; every 15 s "
            f"{', '.join(f'{each:.0f}' for each in memory)}; "
            f"after all have left {resident_mebibytes(pid):.0f}"
        )


class Browsers:
    """A Node.js process that holds the client side."""

    def __init__(self, folder: Path, order: dict[str, Any]) -> None:
        """Give it its order."""
        self.connected = threading.Event()
        self.done = threading.Event()
        self._result: Any = None
        self._process = subprocess.Popen(
            ["node", "web_sockets.mjs"],  # noqa: S607 - wherever it is installed
            cwd=folder,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin  # noqa: S101 - it is a pipe
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        threading.Thread(target=self._listen, daemon=True).start()

    def result(self) -> Any:
        """What it measured, once it is done."""
        self.done.wait()
        if self._result is None:
            raise RuntimeError("the browsers failed")
        return self._result

    def _listen(self) -> None:
        assert self._process.stdout  # noqa: S101 - it is a pipe
        for line in self._process.stdout:
            content = json.loads(line)
            if "connected" in content:
                self.connected.set()
            self._result = content.get("result", self._result)
        self._process.wait()
        self.connected.set()
        self.done.set()


@contextmanager
def server(scratch: Path) -> Iterator[tuple[int, int]]:
    """A running Rasa server: its port and its process."""
    port = free_port()
    environment = {
        **os.environ,
        **LIMITS,
        "MESOBOT_PORT": str(port),
        "MESOBOT_STATE": str(scratch / "state"),
        "MESOBOT_TRACKER_DB": str(scratch / "conversations.db"),
        "MESOBOT_ACTIONS_URL": settings.actions_url(free_port()),
    }
    with (scratch / "log").open("wb") as log:
        process = subprocess.Popen(
            rasa_command(port), cwd=paths.ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        if not wait_for(f"http://127.0.0.1:{port}/chat/", 120, lambda: process.poll() is None):
            raise RuntimeError((scratch / "log").read_text(encoding="utf-8")[-2000:])
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def resident_mebibytes(pid: int) -> float:
    """Memory of a process that is not swapped out."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_seconds(pid: int) -> float:
    """Time that a process has used of all processors: other work on the machine changes it little."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user, system = fields[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def report_times(what: str, times: Sequence[float | None]) -> None:
    """Print median and 95th percentile."""
    known = sorted(each for each in times if each is not None)
    p95 = statistics.quantiles(known, n=20)[-1]
    say(
        f"  {what}: p50 {statistics.median(known):.0f} ms, p95 {p95:.0f} ms, "
        f"slowest {known[-1]:.0f} ms ({len(known)} turns)"
    )


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
