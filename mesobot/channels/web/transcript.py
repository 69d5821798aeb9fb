"""Keeps what was said, so that a reload, a second tab or a restart shows it again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from mesobot.channels.web.message import Author, Message
from mesobot.chats.database import open_chats
from mesobot.chats.erased import erased_chats, was_erased
from mesobot.chats.forgetting import ErasedError
from mesobot.chats.making import make
from mesobot.chats.web_table import web_messages
from mesobot.consultation.transactions import DatabaseUnavailableError, reading, writing

Transaction = Callable[[Engine], AbstractContextManager[Connection]]

_SHORTEST_PAUSE = 0.5
"""Seconds in which a database that failed is left alone, unless the failure took longer: then as long."""


class Transcript:
    """The messages of all conversations of the website's chat.

    Its methods block, so they are called in a thread. All raise DatabaseUnavailableError when
    the database fails.
    """

    def __init__(self, url: str) -> None:
        """Nothing is opened before it is needed."""
        self._engine: Engine = open_chats(url)
        self._has_table = False
        self._rests_until = 0.0  # on the monotonic clock

    def after(self, sender: str, seq: int, most: int) -> list[Message]:
        """The newest messages after a place in the conversation, oldest first."""
        query = (
            select(web_messages)
            .where(web_messages.c.sender_id == sender, web_messages.c.seq > seq)
            .order_by(web_messages.c.seq.desc())
            .limit(most)
        )
        with self._using(reading) as connection:
            rows = connection.execute(query).all()
        return [_message(row) for row in reversed(rows)]

    def add(self, sender: str, messages: Sequence[Message]) -> list[Message]:
        """Write messages that are not there yet; the messages with the places they got.

        Usually these are the places they have. After an outage that began before this
        conversation was read, others may be taken: then they go behind them.

        Raises:
            ErasedError: if what a reply answers is no longer there, or the conversation was erased
                before the first of its messages could be written.
        """
        try:
            try:
                return self._added(sender, messages)
            except IntegrityError:  # another process wrote at the same moment: now it can be seen
                return self._added(sender, messages)
        except IntegrityError:
            raise DatabaseUnavailableError("another process writes this conversation") from None

    def is_erased(self, sender: str, since: float) -> bool:
        """Whether a conversation was erased after that second since 1970."""
        with self._using(reading) as connection:
            return was_erased(connection, sender, since)

    def _added(self, sender: str, messages: Sequence[Message]) -> list[Message]:
        with self._using(writing) as connection:
            return _add(connection, sender, messages)

    @contextmanager
    def _using(self, transaction: Transaction) -> Iterator[Connection]:
        began = time.monotonic()
        if began < self._rests_until:
            raise DatabaseUnavailableError("it failed a moment ago")
        try:
            if not self._has_table:
                with writing(self._engine) as connection:
                    make(connection, web_messages)
                    make(connection, erased_chats)
                self._has_table = True
            with transaction(self._engine) as connection:
                yield connection
        except DatabaseUnavailableError:
            now = time.monotonic()
            self._rests_until = now + max(now - began, _SHORTEST_PAUSE)
            self._has_table = False  # another database may be there when it is back
            raise


def _add(connection: Connection, sender: str, messages: Sequence[Message]) -> list[Message]:
    mine = web_messages.c.sender_id == sender
    turns = {message.turn for message in messages}
    here = select(web_messages).where(mine, web_messages.c.turn.in_(turns))
    present = {(m.author, m.turn): m for m in map(_message, connection.execute(here))}
    last = connection.execute(select(func.max(web_messages.c.seq)).where(mine)).scalar() or 0
    if not last and was_erased(connection, sender, messages[0].time):
        raise ErasedError
    written = []
    for message in messages:
        key = (message.author, message.turn)
        if key in present:  # a commit took place although its answer got lost
            written.append(present[key])
            continue
        if message.author is Author.BOT and (Author.PATIENT, message.turn) not in present:
            raise ErasedError
        placed = message if message.seq > last else replace(message, seq=last + 1)
        connection.execute(insert(web_messages).values(_row(sender, placed)))
        present[key], last = placed, placed.seq
        written.append(placed)
    return written


def _row(sender: str, message: Message) -> dict[str, object]:
    return {
        "sender_id": sender,
        "seq": message.seq,
        "timestamp": message.time,
        "author": message.author.value,
        "turn": message.turn,
        "content": json.dumps(message.content, ensure_ascii=False),
    }


def _message(row: Row) -> Message:
    content = {}
    with suppress(ValueError):
        content = json.loads(row.content)
    return Message(row.seq, Author(row.author), row.turn, row.timestamp, content)
