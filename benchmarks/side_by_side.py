"""Runs this assistant and a stock Rasa bot side by side and prints what they cost.

Usage: ``make benchmark``. Both get the same examples and questions on the same machine in
one run; quote the ratios, not the absolute times. Loopback only; everything is stopped at
the end.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stock import write_stock_bot
from mesobot import paths, settings
from mesobot.evaluation.held_out import load_questions
from mesobot.running import free_port, wait_for

TURNS = 300
#: Stock trains for 100 epochs, about an hour here. Fewer make no difference to speed, memory or
#: start; the table then says how many the training time is for.
PEER_EPOCHS = int(os.environ.get("PEER_EPOCHS", "100"))
HELD_OUT = paths.ROOT / "tests" / "evaluation" / "held_out"


@dataclass(frozen=True)
class Bot:
    """One of the two: where it lives and how its parts are called."""

    name: str
    folder: Path
    model: Path
    train: list[str]


@dataclass(frozen=True)
class Figures:
    """What one bot cost; times in seconds, turns in milliseconds, memory in MiB."""

    training: float
    model_megabytes: float
    start: float
    memory: float
    turn_p50: float
    turn_p95: float


def main() -> None:
    """Measure both bots and print a table."""
    settings.prepare_environment(os.environ)
    with tempfile.TemporaryDirectory() as scratch:
        stock = Path(scratch) / "stock"
        write_stock_bot(stock, PEER_EPOCHS)
        rasa = [
            sys.executable,
            "-m",
            "rasa",
            "train",
            "--fixed-model-name",
            "model",
            "--out",
            "models",
        ]
        bots = [
            Bot(
                "mesobot",
                paths.ROOT,
                paths.MODEL,
                [sys.executable, "-m", "mesobot", "train", "--force"],
            ),
            Bot("stock", stock, stock / "models" / "model.tar.gz", [*rasa, "--force"]),
        ]
        measured = {bot.name: measure(bot, Path(scratch)) for bot in bots}
    report(measured["mesobot"], measured["stock"])


def measure(bot: Bot, scratch: Path) -> Figures:
    """Train, start and question one bot."""
    say(f"{bot.name}: training ...")
    log = scratch / f"{bot.name}.log"
    began = time.perf_counter()
    with log.open("w") as output:
        subprocess.run(bot.train, cwd=bot.folder, check=True, stdout=output, stderr=output)
    training = time.perf_counter() - began
    say(f"{bot.name}: {training:.0f} s; starting and asking {TURNS} questions ...")
    with server(bot, scratch) as (port, process, start):
        turns = ask(port)
        memory = resident_mebibytes(process.pid)
    return Figures(
        training=training,
        model_megabytes=bot.model.stat().st_size / 1e6,
        start=start,
        memory=memory,
        turn_p50=statistics.median(turns) * 1000,
        turn_p95=statistics.quantiles(turns, n=20)[-1] * 1000,
    )


@contextmanager
def server(bot: Bot, scratch: Path) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """A running Rasa server: its port, its process, and how long it took to answer."""
    port = free_port()
    environment = {**os.environ, "MESOBOT_TRACKER_DB": str(scratch / f"{bot.name}.db")}
    command = [
        *(sys.executable, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port)),
        *("--model", str(bot.model), "--endpoints", "endpoints.yml"),
        *("--credentials", "credentials.yml"),
    ]
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=bot.folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if not wait_for(f"http://127.0.0.1:{port}/webhooks/rest/", 300):
            raise RuntimeError(f"{bot.name} did not start")
        yield port, process, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(timeout=30)


def ask(port: int) -> list[float]:
    """Seconds of each turn: one client, FAQ questions, a new conversation every five turns."""
    questions = [
        q
        for q in load_questions(*sorted(HELD_OUT.glob("singles_*.jsonl")))
        if q.topic != "out_of_scope"
    ]
    seconds = []
    for number in range(TURNS + 20):
        text = questions[number % len(questions)].text
        body = json.dumps({"sender": f"bench-{number // 5}", "message": text}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/webhooks/rest/webhook",
            body,
            {"Content-Type": "application/json"},
        )
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as answer:
            replies = json.load(answer)
        seconds.append(time.perf_counter() - began)
        if not replies:
            raise RuntimeError(f"silence after {text!r}")
    return seconds[20:]  # the first ones warm up


def resident_mebibytes(pid: int) -> float:
    """Resident memory of a process (Linux: VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def report(ours: Figures, stock: Figures) -> None:
    """Print the figures and ours as a share of stock's."""
    rows = [
        (f"training, s (stock: {PEER_EPOCHS} epochs)", ours.training, stock.training),
        ("model, MB", ours.model_megabytes, stock.model_megabytes),
        ("start to first answer, s", ours.start, stock.start),
        ("memory, MiB", ours.memory, stock.memory),
        ("turn p50, ms", ours.turn_p50, stock.turn_p50),
        ("turn p95, ms", ours.turn_p95, stock.turn_p95),
    ]
    say(f"| {'':32} | mesobot | stock   | ratio |")
    say("|---|---|---|---|")
    for name, a, b in rows:
        say(f"| {name:32} | {a:7.1f} | {b:7.1f} | {a / b:5.2f} |")


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
