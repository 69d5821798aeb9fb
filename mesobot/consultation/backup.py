"""A consistent copy of the SQLite database while it is being written to."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from mesobot.consultation.transactions import LIMIT


class BackupError(Exception):
    """No backup was made; what was at the target is as it was."""


def back_up(database: Path, target: Path) -> None:
    """Copy the database as it is at one moment, checked, readable by its owner only.

    Nobody is kept from writing meanwhile. To restore, stop Mesobot and put the copy in the
    place of the database, without the ``-wal`` and ``-shm`` files of the old one. (PostgreSQL
    brings ``pg_dump``.)

    Args:
        database: the SQLite file.
        target: a file; replaced, once the copy is complete, if there is one.

    Raises:
        BackupError: if that failed.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _copy(database, unfinished)
        unfinished.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(str(error)) from None
    finally:
        unfinished.unlink(missing_ok=True)


def _copy(database: Path, target: Path) -> None:
    source = f"{database.resolve().as_uri()}?mode=rw"  # fails if there is none
    with (
        closing(sqlite3.connect(source, uri=True, timeout=LIMIT)) as original,
        closing(sqlite3.connect(target, timeout=LIMIT)) as copy,
    ):
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy is damaged")
