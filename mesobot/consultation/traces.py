"""Overwrites what SQLite leaves of deleted values in its files.

PostgreSQL reclaims the space itself in time. Backups are not touched: they have to expire.
"""

from __future__ import annotations

import logging
import sqlite3
import time

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from mesobot.consultation.transactions import LIMIT, problem_of

_logger = logging.getLogger(__name__)
_PAUSE = 0.05


def remove_traces(engine: Engine, patience: float | None = None) -> bool:
    """Write the files of a database anew, without its gaps.

    Args:
        engine: of the database.
        patience: seconds to try for, ``LIMIT`` if not given.

    Returns:
        False if somebody else kept the database busy, or the disk is full.
    """
    if engine.dialect.name != "sqlite":
        return True
    end = time.monotonic() + (LIMIT if patience is None else patience)
    while problem := _rewrite(engine):
        if time.monotonic() > end:
            _logger.warning("erased, but old bytes remain in the files: %s", problem)
            return False
        time.sleep(_PAUSE)
    return True


def _rewrite(engine: Engine) -> str | None:
    """Write the files of SQLite anew; what kept it from doing so, if something did."""
    try:
        raw = engine.raw_connection()
    except (SQLAlchemyError, sqlite3.Error) as error:
        return problem_of(error)
    try:
        # Pages are rewritten without their gaps, then the log that holds the old ones is cut.
        raw.execute("VACUUM")
        (in_use, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        return problem_of(error)
    finally:
        raw.close()
    return "in use" if in_use else None
