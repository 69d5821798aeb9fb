"""The two bots: where they live, how they are trained and how their Rasa server is started."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from mesobot import paths, settings
from mesobot.running import free_port, rasa_command

OURS, STOCK = "mesobot", "stock"
DATABASE = "conversations.db"
"""SQLite file of the conversations, in the folder of what a server keeps."""
_CONTENT = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "clinic", "widget/dist")
"""What our bot needs beside the data; its program is this one."""


@dataclass(frozen=True)
class Training:
    """What a training cost, when it was done.

    Attributes:
        seconds: by the clock.
        processor_seconds: of all processors together; other work on the machine changes it less.
        epochs: of each learnt component, None where nothing is learnt in epochs.
        at: date and time, UTC.
        load: of the machine (processes that run or wait) when it began.
    """

    seconds: float
    processor_seconds: float
    epochs: int | None
    at: str
    load: float


@dataclass(frozen=True)
class Bot:
    """A trained bot.

    Attributes:
        name: ``OURS`` or ``STOCK``.
        folder: its project folder.
        model: the trained archive.
        training: what that cost.
        few_examples: whether it has fewer examples than we would publish.
    """

    name: str
    folder: Path
    model: Path
    training: Training
    few_examples: bool = False

    def command(self, port: int) -> list[str]:
        """How its Rasa server is started: ours as ``mesobot run`` does it, stock by ``rasa run``."""
        if self.name == OURS:
            parts = [part.replace(str(paths.MODEL), str(self.model)) for part in rasa_command(port)]
            return with_few_examples(parts) if self.few_examples else parts
        return [
            *(sys.executable, "-m", "rasa", "run", "--interface", "127.0.0.1"),
            *("--port", str(port), "--model", str(self.model)),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        ]

    def environment(self, state: Path) -> dict[str, str]:
        """Of its server, which keeps what it keeps in the folder ``state``."""
        environment = {
            **environment_of(self.folder),
            "MESOBOT_STATE": str(state),
            "MESOBOT_TRACKER_DB": str(state / DATABASE),
            "MESOBOT_ACTIONS_URL": settings.actions_url(free_port()),
            "MESOBOT_DEMO": "1",
            "STOCK_TRACKER_DB": str(state / DATABASE),
        }
        settings.prepare_environment(environment)
        return environment


def environment_of(folder: Path) -> dict[str, str]:
    """Of every process of a bot that lives in a folder."""
    environment = {
        **os.environ,
        "MESOBOT_RELEASE": str(folder),
        "PYTHONPATH": str(paths.ROOT),  # both are run in their own folder
    }
    for name in ("MESOBOT_PRODUCTION", "MESOBOT_SEAL_KEY"):
        environment.pop(name, None)
    return {**settings.QUIET, **environment}


def with_few_examples(command: list[str]) -> list[str]:
    """A command of ours that also takes what we would not publish."""
    python, option, *rest = command
    return [python, option, "benchmarks.comparison.few_examples", *rest]


def train_ours(folder: Path, data: Path, few_examples: bool) -> Bot:
    """Our bot, trained from clean in a new folder, with the content of this project.

    Args:
        folder: where to; emptied first.
        data: the folder of topics.
        few_examples: whether these may be fewer than we would publish.

    Raises:
        RuntimeError: if it could not be trained.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in _CONTENT:
        source, target = paths.ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    shutil.copytree(data, folder / "data")
    command = [sys.executable, "-m", "mesobot", "train", "--force"]
    training = measured_training(
        with_few_examples(command) if few_examples else command, folder, epochs=None
    )
    return Bot(OURS, folder, folder / "models" / paths.MODEL.name, training, few_examples)


def measured_training(command: list[str], folder: Path, epochs: int | None) -> Training:
    """Run a training, with its output in ``training.log``.

    Raises:
        RuntimeError: if it ended with an error.
    """
    at, load = datetime.now(timezone.utc).isoformat(timespec="minutes"), os.getloadavg()[0]
    began, spent = time.perf_counter(), _processor_seconds_of_children()
    log = folder / "training.log"
    with log.open("wb") as output:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=environment_of(folder),
            stdout=output,
            stderr=output,
            check=False,
        )
    if ended.returncode:
        raise RuntimeError(f"{folder.name} could not be trained; see {log}")
    seconds = time.perf_counter() - began
    return Training(seconds, _processor_seconds_of_children() - spent, epochs, at, load)


def _processor_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def is_quick(environment: Mapping[str, str]) -> bool:
    """Whether this is a try with few examples and turns (``BENCHMARK=quick``)."""
    return environment.get("BENCHMARK", "") == "quick"
