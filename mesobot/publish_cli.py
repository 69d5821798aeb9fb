"""``mesobot publish`` and ``mesobot release``: from an edited answer to every visitor, or back."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NoReturn, Optional

import typer

from mesobot import paths, training
from mesobot.publishing import Fleet, RolloutError, read_processes
from mesobot.release import before, current, make_release, set_aside
from mesobot.seal import BrokenSealError, seal_key

RELEASES = paths.ROOT / "releases"
GATES = (
    f"{sys.executable} scripts/validate_data.py",
    f"{sys.executable} -m pytest -q tests/content tests/dialogue tests/evaluation",
)
"""What a release has to pass: the data are consistent, answers rest on facts, and held-out
questions, emergencies first, are understood as well as before."""


def release(
    folder: Path = typer.Option(RELEASES, envvar="MESOBOT_RELEASES", help="Of all releases."),
) -> None:
    """Check, train, and make a release; nothing is published."""
    training.train(typer.echo)
    typer.echo(_released(folder))


def publish(  # noqa: PLR0917 - typer calls it by name
    folder: Path = typer.Option(RELEASES, envvar="MESOBOT_RELEASES", help="Of all releases."),
    processes: str = typer.Option(
        ...,
        envvar="MESOBOT_PROCESSES",
        help="Servers to start anew: NAME=HEALTH-ADDRESS,… in this order.",
    ),
    restart: str = typer.Option(
        "systemctl restart mesobot-{}",
        envvar="MESOBOT_RESTART",
        help="Command that starts one anew; {} stands for its name.",
    ),
    gate: Optional[list[str]] = typer.Option(
        None, "--gate", help="Commands to pass, instead of the usual ones."
    ),
    back: bool = typer.Option(False, "--back", help="Go back to the release before."),
    patience: float = typer.Option(180.0, help="Seconds that a server may take to get ready."),
) -> None:
    """Check, train, measure, and publish without a pause; goes back by itself if that fails."""
    try:
        fleet = Fleet(folder.resolve(), read_processes(processes), restart, patience)
    except ValueError as problem:
        _give_up(str(problem), 2)
    try:
        chosen = _earlier(folder) if back else _approved(folder, gate)
    except BrokenSealError as problem:
        _give_up(str(problem), 1)
    try:
        fleet.roll_out(chosen, typer.echo)
    except RolloutError as problem:
        if not back and current(folder) != chosen:
            set_aside(chosen)
        _give_up(str(problem), 1)
    typer.echo(f"Published: {current(folder)}")


def _approved(folder: Path, gates: Optional[list[str]]) -> Path:
    """A new release that has passed every gate."""
    training.train(typer.echo)
    for command in gates or GATES:
        typer.echo(f"Gate: {command}")
        if subprocess.run(shlex.split(command), cwd=paths.ROOT, check=False).returncode != 0:  # noqa: S603
            _give_up("Nothing was published: this gate was not passed.", 1)
    return _released(folder)


def _released(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return make_release(paths.ROOT, folder.resolve(), seal_key(os.environ))


def _earlier(folder: Path) -> Path:
    found = before(folder)
    if found is None:
        _give_up("There is no release before this one.", 1)
    return found


def _give_up(text: str, status: int) -> NoReturn:
    typer.echo(text, err=True)
    sys.exit(status)
