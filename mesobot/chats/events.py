"""Reads what happened in conversations, a page at a time: a turn never waits for a reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, inspect, select

from mesobot.chats.database import chats_file, events, open_chats
from mesobot.consultation.transactions import reading

_PAGE = 500


@dataclass(frozen=True)
class StoredEvent:
    """One event of a conversation.

    Attributes:
        sender: whose conversation.
        kind: Rasa's name of it, e.g. ``user``, ``bot``, ``active_loop``.
        at: seconds since 1970.
        data: what Rasa noted.
    """

    sender: str = field(repr=False)
    kind: str
    at: float
    data: dict[str, Any] = field(repr=False)


def read_events(
    url: str, kinds: Sequence[str], since: float, until: float
) -> Iterator[StoredEvent]:
    """Events of these kinds in a stretch of time; those of one conversation come in their order.

    Args:
        url: from ``chats_url``; without a database there are no events.
        kinds: Rasa's names of them.
        since: seconds since 1970.
        until: not itself.

    Raises:
        DatabaseUnavailableError: if the database fails.
    """
    file = chats_file(url)
    if file is not None and not file.exists():
        return
    engine = open_chats(url)
    try:
        with reading(engine) as connection:
            if not inspect(connection).has_table(events.name):
                return
        wanted = and_(
            events.c.timestamp >= since, events.c.timestamp < until, events.c.type_name.in_(kinds)
        )
        last = 0
        while True:
            page = select(events).where(events.c.id > last, wanted).order_by(events.c.id)
            with reading(engine) as connection:
                rows = connection.execute(page.limit(_PAGE)).all()
            for row in rows:
                yield StoredEvent(row.sender_id, row.type_name, row.timestamp, json.loads(row.data))
            if len(rows) < _PAGE:
                return
            last = rows[-1].id
    finally:
        engine.dispose()
