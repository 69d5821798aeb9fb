"""The table of what was said in the website's chat, beside Rasa's own in the same database.

Rasa's events alone cannot give it back: they do not hold a message that was never answered, an
apology, a place in the order of messages, or the browser's id of a message. No Rasa in here.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateIndex, CreateTable

_LOCK = 0x6D65736F776562  # "mesoweb"; any number that nobody else uses

web_messages = Table(
    "web_messages",
    MetaData(),
    # Named as in Rasa's table: whoever erases by sender or by age finds both alike.
    Column("sender_id", String(255), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("timestamp", Float, nullable=False, index=True),
    Column("author", String(8), nullable=False),
    Column("turn", String(64), nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("sender_id", "author", "turn"),
)


def make_table(connection: Connection) -> None:
    """Make the table if it is missing; of several processes that start at once one does it."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    # SQLite has no such lock; there each statement finds out by itself whether it is needed.
    connection.execute(CreateTable(web_messages, if_not_exists=True))
    for index in web_messages.indexes:
        connection.execute(CreateIndex(index, if_not_exists=True))
