"""Publishes a release: one server after the other is started anew, and back if one does not get ready.

While one Rasa process starts, the proxy sends its visitors to the others; their conversations go on
there, from the database.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mesobot.release import current, make_current, tidy

_POLL = 0.5
_ANSWER_SECONDS = 3.0
_BACK_SECONDS = 180.0
"""Going back is waited for this long, at least."""

Say = Callable[[str], None]


class RolloutError(Exception):
    """The release was not taken; what ran before runs again."""


@dataclass(frozen=True)
class Process:
    """A server that reads the current release.

    Attributes:
        name: put into the command that starts it anew.
        health: address that answers with the release it has loaded, or None to not wait for it.
    """

    name: str
    health: str | None = None


@dataclass(frozen=True)
class Fleet:
    """The servers of an installation.

    Attributes:
        releases: folder of all releases.
        processes: in the order in which they are started anew.
        restart: shell command that starts one anew; ``{}`` stands for its name.
        patience: seconds that one may take to get ready.
    """

    releases: Path
    processes: Sequence[Process]
    restart: str
    patience: float = 180.0

    def roll_out(self, release: Path, say: Say) -> None:
        """Make a release the current one and start every server with it.

        Raises:
            RolloutError: if one did not get ready; then all run with the release before.
        """
        before = current(self.releases)
        make_current(self.releases, release)
        started: list[Process] = []
        for process in self.processes:
            say(f"Starting {process.name} with {release.name} ...")
            started.append(process)
            problem = self._started(process, release, self.patience)
            if problem:
                if before is None:
                    raise RolloutError(f"{process.name} {problem}, and there is none before it.")
                say(f"{process.name} {problem}: going back to {before.name}.")
                self._go_back(started, before)
                raise RolloutError(
                    f"{release.name} was not taken: {process.name} {problem}. "
                    f"{before.name} is served, as before."
                )
        tidy(self.releases)

    def _go_back(self, started: Sequence[Process], before: Path) -> None:
        make_current(self.releases, before)
        for process in reversed(started):
            problem = self._started(process, before, max(self.patience, _BACK_SECONDS))
            if problem:
                raise RolloutError(
                    f"Going back failed: {process.name} {problem}. Look at its log now."
                )

    def _started(self, process: Process, release: Path, patience: float) -> str | None:
        """Start one anew; what is wrong with it, or None if it is ready."""
        command = self.restart.replace("{}", shlex.quote(process.name))
        # A shell, so that whoever runs this can write what they would type.
        if subprocess.run(command, shell=True, check=False).returncode != 0:  # noqa: S602
            return "could not be started anew"
        if process.health is None:
            return None
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if _loaded(process.health) == release.name:
                return None
            time.sleep(_POLL)
        return f"was not ready after {patience:.0f} s"


def read_processes(text: str) -> list[Process]:
    """Servers from ``NAME=HEALTH-ADDRESS`` or ``NAME``, with commas between them.

    Raises:
        ValueError: if there is none.
    """
    processes = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        name, _, health = each.partition("=")
        processes.append(Process(name, health or None))
    if not processes:
        raise ValueError("No server is named.")
    return processes


def _loaded(address: str) -> str | None:
    """The release that a server has loaded, or None while it is not ready."""
    try:
        with urllib.request.urlopen(address, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - the operator's own
            return str(json.load(answer)["release"])
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return None
