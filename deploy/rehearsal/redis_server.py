"""A Redis in a folder, on loopback: what it holds is gone when it ends, as in production."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from deploy.rehearsal.programs import program
from mesobot.running import free_port

_SLOWEST_START_SECONDS = 20.0


class RedisServer:
    """Runs from ``start`` to ``stop``.

    Attributes:
        port: on loopback.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is started yet."""
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            MissingProgramError: if there is no Redis.
            RuntimeError: if it does not answer in time.
        """
        self._process = subprocess.Popen(
            [
                *(str(program("redis-server")), "--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _SLOWEST_START_SECONDS
        with redis.Redis(port=self.port, socket_timeout=1) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.RedisError:
                    if self._process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError("Redis does not answer") from None
                    time.sleep(0.05)

    def stop(self) -> None:
        """Kill it."""
        if self._process:
            self._process.kill()
            self._process.wait(timeout=10)

    def flush(self) -> None:
        """Empty it."""
        with redis.Redis(port=self.port, socket_timeout=1) as client:
            client.flushall()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Without it for a while: connections are refused."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """It is there and does nothing for a while."""
        assert self._process
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)
