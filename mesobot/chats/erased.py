"""Which conversations were erased, and when, beside what is kept of the others.

Whoever holds something of a conversation that the database has not got yet (it was away) could not
tell an erased conversation from one that was never written, and would bring it back. A digest
stands for the sender, so that nothing names the conversation any more. No Rasa in here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Column, Float, MetaData, String, Table, delete, insert, select
from sqlalchemy.engine import Connection

erased_chats = Table(
    "erased_chats",
    MetaData(),
    Column("digest", String(64), primary_key=True),
    Column("timestamp", Float, nullable=False, index=True),
)


def note_erased(connection: Connection, senders: Iterable[str], now: float) -> None:
    """Note that conversations are erased at this second since 1970, in the transaction that does it."""
    digests = [_digest(sender) for sender in senders]
    if digests:
        connection.execute(delete(erased_chats).where(erased_chats.c.digest.in_(digests)))
        rows = [{"digest": digest, "timestamp": now} for digest in digests]
        connection.execute(insert(erased_chats), rows)


def was_erased(connection: Connection, sender: str, said: float) -> bool:
    """Whether a conversation was erased after that second since 1970."""
    query = select(erased_chats.c.timestamp).where(erased_chats.c.digest == _digest(sender))
    moment = connection.execute(query).scalar()
    return moment is not None and said <= moment


def _digest(sender: str) -> str:
    return hashlib.sha256(sender.encode()).hexdigest()
