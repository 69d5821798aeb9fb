"""Copies all requests from one database into another, of whatever kind each is."""

from __future__ import annotations

from sqlalchemy import Integer, Table, func, insert, select, text
from sqlalchemy.engine import Connection

from mesobot.chats.whatsapp.tables import metadata
from mesobot.consultation.tables import requests

_AT_ONCE = 500
"""Rows that are in memory at a time."""


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row, with its number.

    Args:
        source: in a transaction that sees one consistent state.
        target: in a transaction, with tables that are empty.
    """
    for table in metadata.sorted_tables:  # what others refer to comes first
        rows = source.execution_options(stream_results=True).execute(select(table))
        for some in rows.partitions(_AT_ONCE):
            target.execute(insert(table), [dict(row._mapping) for row in some])
        if target.dialect.name == "postgresql" and _is_counted(table):
            _count_on(target, table.name)


def _is_counted(table: Table) -> bool:
    return "id" in table.c and isinstance(table.c.id.type, Integer)


def take_alone(target: Connection) -> bool:
    """Keep others from adding requests until the transaction ends.

    Returns:
        Whether there are none yet.
    """
    if target.dialect.name == "postgresql":  # on SQLite nobody else writes meanwhile
        target.execute(text(f"LOCK TABLE {requests.name} IN EXCLUSIVE MODE"))
    return target.execute(select(requests.c.id).limit(1)).first() is None


def count_requests(connection: Connection) -> int:
    """How many there are."""
    return int(connection.execute(select(func.count()).select_from(requests)).scalar_one())


def _count_on(connection: Connection, table: str) -> None:
    """PostgreSQL counts rows apart from the table: the next one must not get a number again."""
    highest = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
    connection.execute(text(highest))
