"""What one run measured, and its JSON. Lists have one figure for each round, in order."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.comparison.accuracy import Accuracy
from benchmarks.comparison.bots import Training
from benchmarks.comparison.servers import Memory


@dataclass(frozen=True)
class Machine:
    """Where it ran.

    Attributes:
        processor: its name.
        cores: that the run could use.
        gigabytes: of memory.
        system: kernel.
        load: processes that ran or waited before anything was measured.
    """

    processor: str
    cores: int
    gigabytes: int
    system: str
    load: float


@dataclass(frozen=True)
class Load:
    """So many clients at the same time: milliseconds of a turn, and turns in a second."""

    clients: int
    p50: list[float]
    p95: list[float]
    rate: list[float]


@dataclass(frozen=True)
class Size:
    """One bot trained on another amount of content.

    Attributes:
        name: which amount.
        topics: everything that can be meant.
        examples: that it learned from.
        epochs: of the training, None where there are none.
        training: seconds.
        megabytes: of the model.
        memory: resident, MiB, after the questions.
        p50: milliseconds of a turn, one client.
    """

    name: str
    topics: int
    examples: int
    epochs: int | None
    training: float
    megabytes: float
    memory: float
    p50: float


@dataclass(frozen=True)
class BotResults:
    """Everything about one bot.

    Attributes:
        training: of today's content.
        megabytes: of the model.
        start: seconds from the start of the process to its first answer, for each start.
        memory: after the load.
        loads: for 1, 4 and 16 clients.
        accuracy: on held-out messages.
        length: milliseconds of a turn at that place of one conversation (median of those before).
        processes: turns in a second for so many Rasa processes, 16 clients.
        sizes: with less and with more content.
    """

    training: Training
    megabytes: float
    start: list[float]
    memory: Memory
    loads: list[Load]
    accuracy: Accuracy
    length: dict[str, float]
    processes: dict[str, list[float]]
    sizes: list[Size]


@dataclass(frozen=True)
class Results:
    """One run.

    Attributes:
        at: date and time, UTC.
        quick: a try with few examples and turns, whose figures mean nothing.
        machine: where.
        versions: of Rasa and Python.
        bots: by name.
    """

    at: str
    quick: bool
    machine: Machine
    versions: dict[str, str]
    bots: dict[str, BotResults]

    def as_json(self) -> str:
        """For a file; figures with three decimal places."""
        return json.dumps(_rounded(asdict(self)), indent=1, ensure_ascii=False) + "\n"


def read_results(path: Path) -> Results:
    """What :meth:`Results.as_json` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    bots = {name: _bot(plain) for name, plain in content.pop("bots").items()}
    return Results(**{**content, "machine": Machine(**content["machine"]), "bots": bots})


def _bot(plain: dict[str, Any]) -> BotResults:
    return BotResults(
        **{
            **plain,
            "training": Training(**plain["training"]),
            "memory": Memory(**plain["memory"]),
            "loads": [Load(**each) for each in plain["loads"]],
            "accuracy": Accuracy(**plain["accuracy"]),
            "sizes": [Size(**each) for each in plain["sizes"]],
        }
    )


def load_of(clients: int, runs: Sequence[tuple[Sequence[float], float]]) -> Load:
    """The figures of several rounds.

    Args:
        clients: at the same time.
        runs: of each round the seconds of its turns, and turns in a second.
    """
    return Load(
        clients=clients,
        p50=[statistics.median(turns) * 1000 for turns, _ in runs],
        p95=[statistics.quantiles(turns, n=20)[-1] * 1000 for turns, _ in runs],
        rate=[rate for _, rate in runs],
    )


def this_machine() -> Machine:
    """The machine that this runs on (Linux)."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        processor=next(named, platform.machine()),
        cores=len(os.sched_getaffinity(0)),
        gigabytes=round(size / 2**30),
        system=f"{platform.system()} {platform.release()}",
        load=os.getloadavg()[0],
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value
