"""Running Rasa servers of a bot: how long they take to start, and what memory they hold."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.comparison.bots import DATABASE, Bot
from mesobot.running import free_port

_SLOWEST_START = 600.0
_LOOK_EVERY = 0.05
_FIRST_QUESTION = "does it hurt?"


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: on loopback.
        process: id of its process.
        start: seconds from the start of the process to its first answer.
        database: SQLite file of its conversations.
    """

    port: int
    process: int
    start: float
    database: Path


@dataclass(frozen=True)
class Memory:
    """MiB of a process: all that is resident, and with shared pages counted by share."""

    resident: float
    proportional: float


@contextmanager
def running(bot: Bot, state: Path) -> Iterator[Server]:
    """A server of a bot, with a SQLite file of its own in a new folder ``state``.

    Raises:
        RuntimeError: if it ends or does not answer.
    """
    state.mkdir(parents=True)
    port = free_port()
    began = time.perf_counter()
    with (state / "server.log").open("wb") as log:
        process = subprocess.Popen(
            bot.command(port), cwd=bot.folder, env=bot.environment(state), stdout=log, stderr=log
        )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - began > _SLOWEST_START:
                said = (state / "server.log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"{bot.name} did not start. Its last words:\n{said[-2000:]}")
            time.sleep(_LOOK_EVERY)
        start = time.perf_counter() - began
        yield Server(port, process.pid, start, state / DATABASE)
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def several(bot: Bot, state: Path, count: int) -> Iterator[list[Server]]:
    """Several servers of a bot, each with a SQLite file of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(running(bot, state / str(i))) for i in range(count)]


def say(connection: http.client.HTTPConnection, sender: str, text: str) -> list[dict[str, Any]]:
    """One turn; the replies.

    Raises:
        RuntimeError: if there are none: a benchmark of silence says nothing.
    """
    body = json.dumps({"sender": sender, "message": text})
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/webhooks/rest/webhook", body, headers)
    response = connection.getresponse()
    content = response.read()
    replies: list[dict[str, Any]] = json.loads(content) if response.status == 200 else []  # noqa: PLR2004
    if not replies:
        raise RuntimeError(f"no reply (status {response.status}) to {text!r}")
    return replies


def memory(process: int) -> Memory:
    """Memory of a process (Linux: ``smaps_rollup``)."""
    sizes = {
        line.split()[0]: int(line.split()[1])
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        if line.endswith("kB")
    }
    return Memory(sizes["Rss:"] / 1024, sizes["Pss:"] / 1024)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        say(connection, "first", _FIRST_QUESTION)
    except (OSError, http.client.HTTPException, RuntimeError):
        return False
    finally:
        connection.close()
    return True
