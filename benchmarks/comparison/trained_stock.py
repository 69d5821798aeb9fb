"""The stock bot, trained once and kept, since that takes most of an hour.

Kept by what it learns from: the same examples, rules and settings give the same folder, whatever the
texts of answers are.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.comparison.bots import STOCK, Bot, Training, measured_training
from benchmarks.comparison.stock import write_stock_bot
from benchmarks.comparison.yaml_files import read

_RECORD = "training.json"
_LEARNT_FROM = ("config.yml", "data/nlu.yml", "data/rules.yml")
_TRAIN = ("train", "--fixed-model-name", "model", "--out", "models", "--force")


def trained_stock(keep: Path, data: Path, epochs: int) -> Bot:
    """The stock bot of some data; trained now if it was not before.

    Args:
        keep: folder of trained bots.
        data: our folder of topics.
        epochs: of DIET, TED and UnexpecTED; stock has 100.

    Raises:
        RuntimeError: if Rasa could not train.
    """
    draft = keep / "stock-draft"
    shutil.rmtree(draft, ignore_errors=True)
    write_stock_bot(draft, data, epochs)
    folder = keep / f"stock-{key(draft)}"
    record = folder / _RECORD
    if not record.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
        training = measured_training([sys.executable, "-m", "rasa", *_TRAIN], folder, epochs)
        record.write_text(json.dumps(asdict(training)), encoding="utf-8")
    else:  # how it is served may have changed since
        shutil.copy2(draft / "endpoints.yml", folder / "endpoints.yml")
    training = Training(**json.loads(record.read_text(encoding="utf-8")))
    return Bot(STOCK, folder, folder / "models" / "model.tar.gz", training)


def key(folder: Path) -> str:
    """A short digest of what a written stock bot learns from."""
    domain = read(folder / "domain.yml")
    learnt_from = [
        *(read(folder / name) for name in _LEARNT_FROM),
        [domain["intents"], sorted(domain["responses"])],
    ]
    return hashlib.sha256(json.dumps(learnt_from).encode()).hexdigest()[:12]


def said_by(folder: Path) -> dict[str, tuple[str, ...]]:
    """The intents that each text of a stock bot answers."""
    domain = read(folder / "domain.yml")
    rules = read(folder / "data" / "rules.yml")["rules"]
    texts = {name: variations[0]["text"] for name, variations in domain["responses"].items()}
    found: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        intent, text = rule["steps"][0]["intent"], texts[rule["steps"][1]["action"]]
        found[one_line(text)] = (*found.get(one_line(text), ()), intent)
    return found


def one_line(text: str) -> str:
    """A text whose lines and messages do not matter: Rasa cuts one at its blank lines."""
    return " ".join(text.split())
