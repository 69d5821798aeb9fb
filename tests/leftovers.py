"""Ends what a run of the tests has left running, as when Ctrl-C kills a parallel runner.

A runner that is killed cannot tear down its fixtures, and servers are sessions of their own. Every
process that a test starts inherits a variable that names the run (Linux: ``/proc``; elsewhere nothing
is found).
"""

from __future__ import annotations

import os
import signal
import uuid
from contextlib import suppress
from pathlib import Path

_VARIABLE = "TESTS_RUN_ID"
"""Without our usual beginning: the rehearsal of production passes no ``MESOBOT_...`` on."""


def mark() -> str:
    """From now on every process that is started belongs to this run; the run's name."""
    run = uuid.uuid4().hex
    os.environ[_VARIABLE] = run
    return run


def end(run: str) -> list[str]:
    """Kill what is left of a run; the commands that it was."""
    ended = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended by itself, or is somebody else's
            if f"{_VARIABLE}={run}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                os.kill(int(folder.name), signal.SIGKILL)
                ended.append(command.decode(errors="replace").strip())
    return ended
