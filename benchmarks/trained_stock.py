"""The stock bot, trained once and kept under ``build/benchmark``, since that takes up to an hour.

Kept by what it learns from: the same examples, rules and settings give the same folder, whatever the
texts of answers are.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

import yaml

from benchmarks.stock import write_stock_bot

_RECORD = "training.json"
_LEARNT_FROM = ("config.yml", "data/nlu.yml", "data/rules.yml")
TRAIN = ("train", "--fixed-model-name", "model", "--out", "models", "--force")


@dataclass(frozen=True)
class Training:
    """What a training cost, when it was done.

    Attributes:
        seconds: by the clock.
        processor_seconds: of all processors together; other work on the machine changes it little.
        epochs: of each learnt component.
        at: date and time, UTC.
        load: of the machine (processes that wait or run) when it ended, this training included.
    """

    seconds: float
    processor_seconds: float
    epochs: int
    at: str
    load: float


def trained_stock(keep: Path, epochs: int) -> tuple[Path, Training]:
    """The folder of the trained stock bot, and what its training cost.

    Args:
        keep: folder of trained bots.
        epochs: of DIET, TED and UnexpecTED; stock has 100.

    Raises:
        RuntimeError: if Rasa could not train.
    """
    fresh = keep / "stock-new"
    write_stock_bot(fresh, epochs)
    folder = keep / f"stock-{key(fresh)}"
    if not (folder / _RECORD).is_file():
        write_stock_bot(folder, epochs)
        (folder / _RECORD).write_text(json.dumps(asdict(_train(folder, epochs))), encoding="utf-8")
    return folder, Training(**json.loads((folder / _RECORD).read_text(encoding="utf-8")))


def key(folder: Path) -> str:
    """A short digest of what a written stock bot learns from."""
    digest = hashlib.sha256()
    for name in _LEARNT_FROM:
        digest.update((folder / name).read_bytes())
    domain = yaml.safe_load((folder / "domain.yml").read_text(encoding="utf-8"))
    digest.update(json.dumps([domain["intents"], sorted(domain["responses"])]).encode())
    return digest.hexdigest()[:12]


def _train(folder: Path, epochs: int) -> Training:
    began, spent = time.perf_counter(), _children()
    with (folder / "training.log").open("wb") as log:
        ended = subprocess.run(
            [sys.executable, "-m", "rasa", *TRAIN],
            cwd=folder,
            stdout=log,
            stderr=log,
            check=False,
        )
    if ended.returncode:
        raise RuntimeError(f"Rasa could not train; see {folder / 'training.log'}")
    return Training(
        seconds=time.perf_counter() - began,
        processor_seconds=_children() - spent,
        epochs=epochs,
        at=datetime.now(timezone.utc).isoformat(timespec="minutes"),
        load=os.getloadavg()[0],
    )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
