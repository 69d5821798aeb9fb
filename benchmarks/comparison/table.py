"""The tables of docs/benchmarks.md, from the results of a run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.comparison.bots import OURS, STOCK
from benchmarks.comparison.results import BotResults, Load, Results

_MIDDLE = statistics.median


@dataclass(frozen=True)
class Ratio:
    """Ours as a share of stock's: of the middle figures, and of the two most unlike ones."""

    middle: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        """With the range only if there is one."""
        if self.lowest == self.highest:
            return f"{self.middle:.2f}"
        return f"{self.middle:.2f} ({self.lowest:.2f}–{self.highest:.2f})"


@dataclass(frozen=True)
class Goal:
    """A share of stock's (or, for ``absolute``, a figure) that ours should not be on the wrong side of."""

    limit: float
    at_least: bool = False
    absolute: bool = False

    def verdict(self, value: float) -> str:
        """The goal and whether it is met."""
        met = value >= self.limit if self.at_least else value <= self.limit
        sign, unit = "≥" if self.at_least else "≤", "" if self.absolute else " ×"
        return f"{sign} {self.limit:g}{unit}: {'met' if met else '**not met**'}"


def ratio(ours: Sequence[float], stock: Sequence[float]) -> Ratio:
    """Of figures of the same rounds, pair by pair; of one or of unlike many, of the middle ones.

    Raises:
        ValueError: if one of them has no figures.
    """
    if not ours or not stock:
        raise ValueError("a ratio needs figures of both")
    middle = _MIDDLE(ours) / _MIDDLE(stock)
    if len(ours) != len(stock):
        return Ratio(middle, middle, middle)
    pairs = [a / b for a, b in zip(ours, stock, strict=True)]
    return Ratio(middle, min(middle, *pairs), max(middle, *pairs))


_LEARNT_AFTER = 20
"""Epochs below which stock has not had its chance: its turns cost the same, its answers do not."""


def table(results: Results) -> str:
    """All tables, in Markdown."""
    ours, stock = results.bots[OURS], results.bots[STOCK]
    content = ("content", "topics", "examples", "bot", "training, s", "model, MB", "memory, MiB",
               "turn p50, ms")  # fmt: skip
    parts = [
        _about(results),
        _rows(("", "Mesobot", "stock Rasa", "ratio", "goal"), _costs(ours, stock)),
        _rows(("answers to held-out messages", "Mesobot", "stock Rasa"), _answers(ours, stock)),
        _rows(("turn of one conversation, ms", "Mesobot", "stock Rasa"), _length(ours, stock)),
        _rows(
            ("Rasa processes: turns/s, 16 clients", "Mesobot", "stock Rasa"),
            _processes(ours, stock),
        ),
        _rows(content, _sizes(ours, stock)),
    ]
    return "\n\n".join(parts) + "\n"


def _about(results: Results) -> str:
    machine, versions = results.machine, results.versions
    rounds = len(results.bots[OURS].loads[0].p50)
    return (
        f"Measured {results.at[:16].replace('T', ' ')} UTC on {machine.cores} cores of "
        f"{machine.processor}, {machine.gigabytes} GB, {machine.system}; load before it began "
        f"{machine.load:.1f}. Rasa {versions['Rasa']}, Python {versions['Python']}. "
        f"{rounds} rounds, bots in turns; figures are medians, in brackets the lowest and the highest "
        "ratio of a round." + (" A QUICK TRY: ITS FIGURES MEAN NOTHING." if results.quick else "")
    )


def _costs(ours: BotResults, stock: BotResults) -> Iterator[tuple[str, ...]]:
    epochs = stock.training.epochs
    yield _line(
        f"training, s (stock: {epochs} epochs)",
        [ours.training.seconds],
        [stock.training.seconds],
        Goal(60, absolute=True),
        ".0f",
    )
    yield _line(
        f"training, processor-s (stock: {epochs} epochs)",
        [ours.training.processor_seconds],
        [stock.training.processor_seconds],
        None,
        ".0f",
    )
    yield _line("model, MB", [ours.megabytes], [stock.megabytes], None, ".0f")
    yield _line("start to first answer, s", ours.start, stock.start, Goal(0.55))
    ours_held, stock_held = ours.memory, stock.memory
    yield _line(
        "memory after the load, MiB", [ours_held.resident], [stock_held.resident], Goal(0.65), ".0f"
    )
    yield _line(
        "the same, shared pages by share", [ours_held.proportional], [stock_held.proportional],
        None, ".0f",
    )  # fmt: skip
    third, most = Goal(0.333), Goal(4, at_least=True)
    yield from _by_clients(
        ours, stock, "turn p50, ms", lambda load: load.p50, goal=third, goal_for=1
    )
    yield from _by_clients(
        ours, stock, "turn p95, ms", lambda load: load.p95, goal=third, goal_for=1
    )
    yield from _by_clients(ours, stock, "turns/s", lambda load: load.rate, goal=most, goal_for=16)


def _by_clients(
    ours: BotResults,
    stock: BotResults,
    name: str,
    figures: Callable[[Load], list[float]],
    *,
    goal: Goal,
    goal_for: int,
) -> Iterator[tuple[str, ...]]:
    for mine, theirs in zip(ours.loads, stock.loads, strict=True):
        clients = f"{mine.clients} client{'s' if mine.clients > 1 else ''}"
        wanted = goal if mine.clients == goal_for else None
        yield _line(f"{name}, {clients}", figures(mine), figures(theirs), wanted)


def _line(
    name: str, ours: list[float], stock: list[float], goal: Goal | None, form: str = ".1f"
) -> tuple[str, ...]:
    share = ratio(ours, stock)
    judged = _MIDDLE(ours) if goal and goal.absolute else share.middle
    return (
        name,
        format(_MIDDLE(ours), form),
        format(_MIDDLE(stock), form),
        str(share),
        goal.verdict(judged) if goal else "",
    )


def _answers(ours: BotResults, stock: BotResults) -> Iterator[tuple[str, ...]]:
    mine, theirs = ours.accuracy, stock.accuracy
    right = _share(theirs.right, theirs.questions)
    accepted = _share(theirs.false_accepts, theirs.off_topic)
    epochs = stock.training.epochs
    if epochs is not None and epochs < _LEARNT_AFTER:
        right = accepted = f"not compared: it learnt for {epochs} of its 100 epochs"
    yield "single questions answered right", _share(mine.right, mine.questions), right
    yield (
        "off-topic messages answered with a topic",
        _share(mine.false_accepts, mine.off_topic),
        accepted,
    )


def _share(hits: int, total: int) -> str:
    return f"{hits} of {total} ({100 * hits / total:.1f} %)"


def _length(ours: BotResults, stock: BotResults) -> Iterator[tuple[str, ...]]:
    for place, mine in ours.length.items():
        yield f"turns {int(place) - 9} to {place}", f"{mine:.1f}", f"{stock.length[place]:.1f}"


def _processes(ours: BotResults, stock: BotResults) -> Iterator[tuple[str, ...]]:
    for number, mine in ours.processes.items():
        yield number, f"{_MIDDLE(mine):.1f}", f"{_MIDDLE(stock.processes[number]):.1f}"
    grown = [ratio(bot.processes["2"], bot.processes["1"]) for bot in (ours, stock)]
    yield "two, as a multiple of one", str(grown[0]), str(grown[1])


def _sizes(ours: BotResults, stock: BotResults) -> Iterator[tuple[str, ...]]:
    for pair in zip(ours.sizes, stock.sizes, strict=True):
        for name, size in zip(("Mesobot", "stock Rasa"), pair, strict=True):
            learnt = f" ({size.epochs} epochs)" if size.epochs else ""
            yield (
                size.name,
                str(size.topics),
                f"{size.examples:,}",
                name,
                f"{size.training:.0f}{learnt}",
                f"{size.megabytes:.0f}",
                f"{size.memory:.0f}",
                f"{size.p50:.1f}",
            )


def _rows(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
