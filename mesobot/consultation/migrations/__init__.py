"""Brings the tables of an older Mesobot up to date (Alembic)."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from mesobot.consultation.transactions import DatabaseUnavailableError

HEAD = "0004"
"""The newest revision. Known without loading Alembic, which takes longer than opening."""

REVISIONS = ("0001", "0002", "0003", "0004")

VERSION_TABLE = "consultation_version"

FOLDER = Path(__file__).resolve().parent

_LOCK = 0x6D65736F626F74  # "mesobot"; any number that nobody else uses


def migrate(connection: Connection) -> None:
    """Bring the tables up to date within the transaction of this connection.

    Of several processes that start at once one does it while the others wait: on SQLite
    because the transaction holds the right to write, on PostgreSQL by an advisory lock.

    Raises:
        DatabaseUnavailableError: if the tables are those of a newer Mesobot.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    revision = _revision(connection)
    if revision == HEAD:
        return
    if revision is not None and revision not in REVISIONS:
        raise DatabaseUnavailableError("the database was made by a newer version of Mesobot")
    # It would greet in the log of every process that has a log.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    return None if version is None else str(version)
