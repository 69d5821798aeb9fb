"""Makes a table of ours where it is missing."""

from __future__ import annotations

from sqlalchemy import Table, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateIndex, CreateTable

_LOCK = 0x6D65736F776562  # "mesoweb"; any number that nobody else uses


def make(connection: Connection, table: Table) -> None:
    """Make the table if it is missing; of several processes that start at once one does it."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    # SQLite has no such lock; there each statement finds out by itself whether it is needed.
    connection.execute(CreateTable(table, if_not_exists=True))
    for index in table.indexes:
        connection.execute(CreateIndex(index, if_not_exists=True))
