"""Keeps a process running: starts it again whenever it ends, as systemd and containers do."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.5


class Keeper:
    """One process that is started again until ``stop``.

    Its id is in ``NAME.pid``, what it prints in ``NAME.log``.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: dict[str, str], folder: Path
    ) -> None:
        """Start it."""
        self.name = name
        self.log = folder / f"{name}.log"
        self._command, self._environment = list(command), environment
        self._pid_file = folder / f"{name}.pid"
        self._stopping = threading.Event()
        self._held = threading.Event()
        self._process = self._start()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """Kill it; it is started again, unless it is held."""
        os.kill(self._process.pid, signal.SIGKILL)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """It is there and does nothing for a while."""
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    def hold(self) -> None:
        """Do not start it again until ``release``."""
        self._held.set()

    def release(self) -> None:
        """Start it again from now on."""
        self._held.clear()

    def stop(self) -> None:
        """End it for good."""
        self._stopping.set()
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._thread.join(timeout=10)

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for whoever keeps it
            )
        self._pid_file.write_text(str(process.pid))
        return process

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._process.wait()
            while self._held.is_set() and not self._stopping.is_set():
                self._stopping.wait(_PAUSE)
            if self._stopping.wait(_PAUSE):
                return
            self._process = self._start()
