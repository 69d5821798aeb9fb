"""Real processes on loopback; each stops with its fixture."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from mesobot import paths
from mesobot.running import free_port, rasa_command, wait_for


@dataclass
class Assistant:
    """A running assistant, the log of its processes and the folder of what it keeps."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    state: Path

    def post(self, body: bytes) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/webhooks/rest/webhook",
            body,
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def wait_for_log(self, line: str, seconds: float = 30) -> None:
        """Return once the processes have printed the line; it is an error if they do not."""
        deadline = time.monotonic() + seconds
        while line not in self.log.read_text(encoding="utf-8", errors="replace"):
            assert time.monotonic() < deadline, f"{line!r} was not printed in {seconds} s"
            time.sleep(0.1)

    def say(self, sender: str, text: str) -> dict[str, Any]:
        """The one reply to a message; it is an error if there are none or several."""
        status, replies = self.post(json.dumps({"sender": sender, "message": text}).encode())
        assert status == 200, replies
        assert len(replies) == 1, replies
        return replies[0]


@contextmanager
def running(
    command: list[str],
    folder: Path,
    ready: str = "/webhooks/rest/",
    output: IO[bytes] | None = None,
    **variables: str,
) -> Iterator[Assistant]:
    """Processes with a state of their own; they are up once the address ``ready`` answers.

    What they print goes to ``output``; the log, if it is not given.
    """
    port = int(variables["MESOBOT_PORT"])
    log = folder / "assistant.log"
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "MESOBOT_STATE": str(folder / "state"),
        "MESOBOT_TRACKER_DB": str(folder / "conversations.db"),
        "MESOBOT_CATCHER_PORT": str(free_port()),
        "MESOBOT_DEMO_PORT": str(free_port()),
        **variables,
    }
    with nullcontext(output) if output else log.open("wb") as printed:
        process = subprocess.Popen(
            command, cwd=paths.ROOT, env=environment, stdout=printed, stderr=printed,
            start_new_session=True,
        )  # fmt: skip
    try:
        alive = lambda: process.poll() is None  # noqa: E731
        assert wait_for(f"http://127.0.0.1:{port}{ready}", 120, alive), log.read_text(
            encoding="utf-8"
        )[-3000:]
        yield Assistant(port, process, log, folder / "state")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def assistant(tmp_path_factory) -> Iterator[Assistant]:
    """The whole assistant, started as `make run` starts it."""
    ports = {"MESOBOT_PORT": str(free_port()), "MESOBOT_ACTIONS_PORT": str(free_port())}
    command = [sys.executable, "-m", "mesobot", "run"]
    with running(command, tmp_path_factory.mktemp("assistant"), **ports) as started:
        actions = f"http://127.0.0.1:{ports['MESOBOT_ACTIONS_PORT']}/health"
        assert wait_for(actions, 60)
        yield started


@pytest.fixture(scope="session")
def lonely_assistant(tmp_path_factory) -> Iterator[Assistant]:
    """The Rasa server alone: its action server is dead."""
    port = free_port()
    dead = f"http://127.0.0.1:{free_port()}/webhook"
    with running(
        rasa_command(port),
        tmp_path_factory.mktemp("lonely"),
        MESOBOT_PORT=str(port),
        MESOBOT_ACTIONS_URL=dead,
    ) as started:
        yield started
