"""Files with patients' data: for their owner only, and never in the place of the database."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mesobot.consultation.database import database_url, sqlite_file


def write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner can read; it is there as a whole or not at all.

    Raises:
        OSError: if it cannot be written.
    """
    # A new file: one that was there could still be open to somebody who may not read this.
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def database_file(environment: Mapping[str, str]) -> Path | None:
    """The SQLite file of the requests, or None if they are in PostgreSQL.

    Raises:
        ValueError: if the URL is none of such a database.
    """
    return sqlite_file(database_url(environment))


def complaint(target: Path, environment: Mapping[str, str]) -> str | None:
    """Why nothing may be written there, or None if it may.

    Raises:
        ValueError: if the URL of the database is none.
    """
    if not target.parent.is_dir():
        return f"There is no folder {target.parent}."
    if target.is_dir():
        return f"{target} is a folder; name a file."
    database = database_file(environment)
    if database is not None:
        ends = ("", "-wal", "-shm", "-journal")
        taken = {database.resolve().with_name(database.name + end) for end in ends}
        if target.resolve() in taken:
            return f"{target} belongs to the database itself; name another file."
    return None
