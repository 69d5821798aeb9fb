"""``mesobot requests backup`` and ``restore``."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from mesobot.consultation.backup import BackupError, back_up, restore
from mesobot.consultation.database import database_url
from mesobot.staff.desk import NO_DATABASE, NOT_POSSIBLE, give_up
from mesobot.staff.files import database_file


def write_backup(file: Path) -> None:
    """Make a backup, and say what has to be known about it."""
    database = database_file(os.environ)
    if database is not None and not database.is_file():
        give_up("There is no database yet; it is made with the first request.", NO_DATABASE)
    try:
        back_up(database_url(os.environ), file)
    except BackupError as error:
        give_up(f"No backup was made: {error}.", NO_DATABASE)
    typer.echo(
        f"The copy is {file}. It holds patients' data, also what is erased later: "
        "delete it when it is no longer needed."
    )


def read_backup(file: Path) -> None:
    """Restore a backup, and say what has to be done next."""
    if not file.is_file():
        give_up(f"There is no file {file}.", NOT_POSSIBLE)
    try:
        number = restore(file, database_url(os.environ))
    except ValueError as error:
        give_up(f"The settings cannot be used: {error}.", NO_DATABASE)
    except BackupError as error:
        give_up(f"Nothing was restored: {error}.", NO_DATABASE)
    typer.echo(
        f"{number} request(s) are in the database again. Whoever was erased since the backup is "
        "back: erase them again. `mesobot doctor` says whether the key fits."
    )
