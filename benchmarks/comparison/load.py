"""Clients that ask: ``python -m benchmarks.comparison.load`` is a process of its own.

It reads an order (JSON) from standard input and prints what it measured (JSON). Each client has one
connection, asks its next question when it has read the answer, and begins a new conversation
every five turns.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.comparison.servers import say

TURNS_OF_A_CONVERSATION = 5


@dataclass(frozen=True)
class Order:
    """What to ask.

    Attributes:
        ports: of the servers; clients are shared out among them and stay.
        clients: how many ask at the same time.
        turns: of all clients together.
        questions: each client begins at another one.
        name: of these conversations, another one in each run.
    """

    ports: Sequence[int]
    clients: int
    turns: int
    questions: Sequence[str]
    name: str


@dataclass(frozen=True)
class Measured:
    """Seconds of each turn, and of all of them together by the clock."""

    turns: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Turns in a second."""
        return len(self.turns) / self.seconds


def measure(order: Order) -> Measured:
    """Let another process ask.

    Raises:
        RuntimeError: if a turn was not answered.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.comparison.load"],
        input=json.dumps(asdict(order)),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    return Measured(**json.loads(ended.stdout))


def ask(order: Order) -> Measured:
    """Ask in this process.

    Raises:
        RuntimeError: if a turn was not answered.
    """
    turns: list[list[float]] = [[] for _ in range(order.clients)]
    failures: list[Exception] = []
    together = threading.Barrier(order.clients + 1)

    def client(number: int) -> None:
        port = order.ports[number % len(order.ports)]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        together.wait()
        try:
            for turn in range(order.turns // order.clients):
                text = order.questions[(number * 37 + turn) % len(order.questions)]
                sender = f"{order.name}-{number}-{turn // TURNS_OF_A_CONVERSATION}"
                began = time.perf_counter()
                say(connection, sender, text)
                turns[number].append(time.perf_counter() - began)
        except Exception as failure:  # another thread has to say it
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(i,)) for i in range(order.clients)]
    for thread in threads:
        thread.start()
    together.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failures:
        raise RuntimeError(f"{len(failures)} of {order.clients} clients failed: {failures[0]}")
    return Measured([each for client_turns in turns for each in client_turns], seconds)


if __name__ == "__main__":
    json.dump(asdict(ask(Order(**json.load(sys.stdin)))), sys.stdout)
