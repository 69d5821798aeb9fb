"""``make benchmark``: measures both bots and writes ``build/benchmark/results.json``.

The first time, stock trains for most of an hour; what it learned is kept. ``BENCHMARK=quick`` tries
everything with few examples and turns, in a few minutes. ``PEER_EPOCHS=100`` trains stock as long as its
default says. Loopback only; all servers are stopped at the end.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from benchmarks.comparison.accuracy import accuracy
from benchmarks.comparison.bots import Bot, is_quick, train_ours
from benchmarks.comparison.growth import by_length, by_processes, size_of
from benchmarks.comparison.load import Measured, Order, measure
from benchmarks.comparison.results import (
    BotResults,
    Load,
    Results,
    Size,
    load_of,
    this_machine,
)
from benchmarks.comparison.servers import Server, memory, running
from benchmarks.comparison.sizes import tenfold_topics, tenth_of_examples
from benchmarks.comparison.table import table
from benchmarks.comparison.trained_stock import trained_stock
from mesobot import paths
from mesobot.evaluation.held_out import HeldOut, load_held_out
from mesobot.knowledge.topics import load_topics
from mesobot.nlu.decision import OFF_TOPIC

KEEP = paths.ROOT / "build" / "benchmark"
RESULTS = KEEP / "results.json"
HELD_OUT = paths.ROOT / "tests" / "evaluation" / "held_out"
CLIENTS = (1, 4, 16)
TENTH, TODAY, TENFOLD = (
    "a tenth of the examples",
    "all of it",
    "ten times the topics of the article",
)


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        turns: of each load, of all clients.
        rounds: how often each load is repeated, bots in turns.
        starts: how often each bot is started.
        longest: turns of the long conversation.
        epochs: of stock.
        growth_epochs: of stock with more or less content: a turn costs the same whatever they are.
        held_out: of each kind of message, at most.
    """

    turns: int
    rounds: int
    starts: int
    longest: int
    epochs: int
    growth_epochs: int
    held_out: int | None


FULL = Extent(240, 5, 3, 500, epochs=20, growth_epochs=2, held_out=None)
QUICK = Extent(48, 2, 1, 60, epochs=1, growth_epochs=1, held_out=20)


def main() -> None:
    """Measure, write, print."""
    quick = is_quick(os.environ)
    extent = QUICK if quick else FULL
    machine, at = this_machine(), datetime.now(timezone.utc).isoformat(timespec="minutes")
    with tempfile.TemporaryDirectory(prefix="mesobot-benchmark-") as folder:
        measured = measure_all(Path(folder), extent, quick)
    versions = {"Rasa": version("rasa"), "Python": platform.python_version()}
    results = Results(at, quick, machine, versions, measured)
    RESULTS.write_text(results.as_json(), encoding="utf-8")
    say(f"\n{table(results)}\nWritten to {RESULTS.relative_to(paths.ROOT)}")


def measure_all(scratch: Path, extent: Extent, quick: bool) -> dict[str, BotResults]:
    """Everything about both bots.

    Args:
        scratch: an empty folder.
        extent: how much.
        quick: with a tenth of the examples.
    """
    data = paths.DATA
    if quick:
        data = KEEP / "data-quick"
        tenth_of_examples(paths.DATA, data)
    bots = both(data, int(os.environ.get("PEER_EPOCHS", extent.epochs)))
    held_out, questions = messages(extent.held_out)
    faq = load_topics(paths.DATA / "faq")
    with ExitStack() as stack:
        say("starting both ...")
        starts = starting(bots, scratch, extent.starts)
        servers = {bot.name: stack.enter_context(running(bot, scratch / bot.name)) for bot in bots}
        loads: dict[str, list[Load]] = {bot.name: [] for bot in bots}
        for clients in CLIENTS:
            say(f"{clients} clients ...")
            for name, load in by_load(servers, clients, questions, extent).items():
                loads[name].append(load)
        held = {name: memory(server.process) for name, server in servers.items()}
        say("one long conversation ...")
        lengths = by_length(servers, questions, extent.longest)
        say("held-out messages ...")
        right = {bot.name: accuracy(bot, servers[bot.name], held_out, faq) for bot in bots}
    say("one and two processes ...")
    rates = by_processes(bots, scratch, questions, extent.turns, extent.rounds)
    sizes = all_sizes(bots, data, scratch, questions=questions, extent=extent)
    return {
        bot.name: BotResults(
            training=bot.training,
            megabytes=bot.model.stat().st_size / 1e6,
            start=[*starts[bot.name], servers[bot.name].start],
            memory=held[bot.name],
            loads=loads[bot.name],
            accuracy=right[bot.name],
            length=lengths[bot.name],
            processes=rates[bot.name],
            sizes=sizes[bot.name],
        )
        for bot in bots
    }


def both(data: Path, epochs: int, name: str = "today") -> list[Bot]:
    """Both bots, trained: stock maybe some time ago, ours now and from clean."""
    say(f"stock ({name}): trained with {epochs} epochs, or taken from {KEEP.name}/ ...")
    stock = trained_stock(KEEP, data, epochs)
    say(f"mesobot ({name}): training from clean ...")
    ours = train_ours(KEEP / f"mesobot-{name}", data, few_examples=data != paths.DATA)
    return [ours, stock]


def messages(most: int | None) -> tuple[HeldOut, list[str]]:
    """The held-out messages, and the texts of those that the clinic would be asked."""
    held_out = load_held_out(HELD_OUT)
    questions = [q.text for q in held_out.questions if q.topic != OFF_TOPIC]
    return (
        replace(held_out, questions=held_out.questions[:most], off_topic=held_out.off_topic[:most]),
        questions,
    )


def starting(bots: Sequence[Bot], scratch: Path, times: int) -> dict[str, list[float]]:
    """Seconds of several starts, the bots in turns."""
    found: dict[str, list[float]] = {bot.name: [] for bot in bots}
    for i in range(times):
        for bot in bots:
            with running(bot, scratch / f"{bot.name}-start-{i}") as server:
                found[bot.name].append(server.start)
    return found


def by_load(
    servers: dict[str, Server], clients: int, questions: Sequence[str], extent: Extent
) -> dict[str, Load]:
    """The same questions to both, the bots in turns, after a warm-up."""
    for server in servers.values():
        measure(Order([server.port], clients, extent.turns // 4, questions, f"warm-{clients}"))
    runs: dict[str, list[Measured]] = {name: [] for name in servers}
    for i in range(extent.rounds):
        for name, server in servers.items():
            order = Order([server.port], clients, extent.turns, questions, f"{clients}-{i}")
            runs[name].append(measure(order))
    return {
        name: load_of(clients, [(run.turns, run.rate) for run in measured])
        for name, measured in runs.items()
    }


def all_sizes(
    today: Sequence[Bot], data: Path, scratch: Path, *, questions: Sequence[str], extent: Extent
) -> dict[str, list[Size]]:
    """Both bots on a tenth of the examples, on those of ``data``, and on ten times the topics."""
    tenth, tenfold = KEEP / "data-tenth", KEEP / "data-tenfold"
    tenth_of_examples(data, tenth)
    tenfold_topics(data, tenfold)
    found: dict[str, list[Size]] = {bot.name: [] for bot in today}
    for name, content in ((TENTH, tenth), (TODAY, data), (TENFOLD, tenfold)):
        bots = today if content == data else both(content, extent.growth_epochs, content.name)
        say(f"{name} ...")
        for bot in bots:
            size = size_of(name, bot, content, scratch, questions=questions, turns=extent.turns)
            found[bot.name].append(size)
    return found


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
