"""Backups of the requests while everything runs, and their way back.

A backup is one SQLite file, whatever database the requests are in: it needs no other program,
and fits any machine. So it also moves requests from SQLite to PostgreSQL. Nobody waits for the
transactions in here, so they may take longer than those of ``transactions``; each answer of
PostgreSQL may not.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from mesobot.consultation.copying import copy_rows, count_requests, take_alone
from mesobot.consultation.database import open_database, sqlite_file
from mesobot.consultation.migrations import VERSION_TABLE
from mesobot.consultation.transactions import LIMIT, DatabaseUnavailableError, problem_of

_BESIDE = ("", "-wal", "-shm", "-journal")


class BackupError(Exception):
    """Nothing was done; what was at the target is as it was."""


def back_up(url: str, target: Path) -> None:
    """Copy the requests as they are at one moment, checked, readable by their owner only.

    Nobody is kept from writing meanwhile.

    Args:
        url: of the database.
        target: a file; replaced, once the copy is complete, if there is one.

    Raises:
        BackupError: if that failed.
        ValueError: if it is the URL of no such database.
    """
    original = sqlite_file(url)
    unfinished = target.with_name(f".{target.name}.unfinished")
    with _explained():
        try:
            _remove(unfinished)
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            if original is not None:
                _copy_file(original, unfinished)
            else:
                _copy_out(url, unfinished)
            _check(unfinished)
            unfinished.replace(target)
        finally:
            _remove(unfinished)


def restore(backup: Path, url: str) -> int:
    """Bring the requests of a backup into a database that has none.

    Messages that were not sent yet when the backup was made are sent by the relay, others are
    not. The backup may be that of an older Mesobot.

    Args:
        backup: a file made by ``back_up``; it is not changed.
        url: of the database; its tables are made if they are missing.

    Returns:
        How many requests.

    Raises:
        BackupError: if that failed, or there are requests already.
        ValueError: if it is the URL of no such database.
    """
    with _explained(), tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "backup.db"
        shutil.copyfile(backup, copy)
        _check(copy)
        source, target = open_database(_url_of(copy)), open_database(url)
        try:
            with source.begin() as rows, target.begin() as empty:
                if not take_alone(empty):
                    raise BackupError("there are requests in the database already")
                copy_rows(rows, empty)
                return count_requests(empty)
        finally:
            source.dispose()
            target.dispose()


def _copy_file(original: Path, target: Path) -> None:
    source = f"{original.resolve().as_uri()}?mode=rw"  # fails if there is none
    with (
        closing(sqlite3.connect(source, uri=True, timeout=LIMIT)) as database,
        closing(sqlite3.connect(target, timeout=LIMIT)) as copy,
    ):
        database.backup(copy)


def _copy_out(url: str, target: Path) -> None:
    source, copy = open_database(url), open_database(_url_of(target))
    try:
        one_moment = source.execution_options(isolation_level="REPEATABLE READ")
        with one_moment.begin() as rows, copy.begin() as empty:
            copy_rows(rows, empty)
    finally:
        source.dispose()
        copy.dispose()


def _check(file: Path) -> None:
    """Make it one file, without a log beside it, and see that it is whole.

    Raises:
        sqlite3.Error: if it is damaged or not a database of requests.
    """
    with closing(sqlite3.connect(file, timeout=LIMIT)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy is damaged")
        if not database.execute(f"SELECT count(*) FROM {VERSION_TABLE}").fetchone()[0]:  # noqa: S608
            raise sqlite3.DatabaseError("this is no backup of requests")


def _url_of(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))


def _remove(file: Path) -> None:
    for end in _BESIDE:
        file.with_name(file.name + end).unlink(missing_ok=True)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error, DatabaseUnavailableError) as error:
        raise BackupError(str(error)) from None
    except SQLAlchemyError as error:  # its text may quote what is stored
        raise BackupError(problem_of(error)) from None
