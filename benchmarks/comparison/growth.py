"""What a turn costs as it grows: the conversation, the number of processes, the content."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.comparison.bots import Bot
from benchmarks.comparison.load import Order, measure
from benchmarks.comparison.results import Size
from benchmarks.comparison.servers import Server, memory, running, say, several
from benchmarks.comparison.sizes import count

PLACES = (10, 100, 200, 300, 400, 500)
"""Of a conversation; a figure is the median of the ten turns that end there."""
_WINDOW = 10
_CLIENTS = 16


def by_length(
    servers: Mapping[str, Server], questions: Sequence[str], longest: int
) -> dict[str, dict[str, float]]:
    """Hold one long conversation with each bot, turn by turn in turns.

    Returns:
        For each bot the milliseconds at each place.
    """
    seconds: dict[str, list[float]] = {name: [] for name in servers}
    connections = {
        name: http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        for name, server in servers.items()
    }
    for turn in range(longest):
        for name, connection in connections.items():
            began = time.perf_counter()
            say(connection, "long", questions[turn % len(questions)])
            seconds[name].append(time.perf_counter() - began)
    for connection in connections.values():
        connection.close()
    return {name: at_places(turns) for name, turns in seconds.items()}


def at_places(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds at each place that a conversation reached."""
    return {
        str(place): statistics.median(seconds[place - _WINDOW : place]) * 1000
        for place in PLACES
        if place <= len(seconds)
    }


def by_processes(
    bots: Sequence[Bot], scratch: Path, questions: Sequence[str], turns: int, rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Turns in a second of one and of two processes, each with a SQLite file of its own.

    A client stays with one process, as a proxy would see to it.
    """
    rates: dict[str, dict[str, list[float]]] = {}
    for bot in bots:
        with several(bot, scratch / f"{bot.name}-processes", 2) as servers:
            ports = [server.port for server in servers]
            found: dict[str, list[float]] = {"1": [], "2": []}
            for repeat in range(rounds):
                for number, rated in found.items():
                    name = f"processes-{number}-{repeat}"
                    used = ports[: int(number)]
                    rated.append(measure(Order(used, _CLIENTS, turns, questions, name)).rate)
            rates[bot.name] = found
    return rates


def size_of(
    name: str, bot: Bot, data: Path, scratch: Path, *, questions: Sequence[str], turns: int
) -> Size:
    """Start a bot of some content and ask it."""
    topics, examples = count(data)
    with running(bot, scratch / f"{bot.name}-{name.replace(' ', '-')}") as server:
        measure(Order([server.port], 1, turns // 5, questions, "warm-up"))
        turn = measure(Order([server.port], 1, turns, questions, "size"))
        held = memory(server.process).resident
    return Size(
        name=name,
        topics=topics,
        examples=examples,
        epochs=bot.training.epochs,
        training=bot.training.seconds,
        megabytes=bot.model.stat().st_size / 1e6,
        memory=held,
        p50=statistics.median(turn.turns) * 1000,
    )
