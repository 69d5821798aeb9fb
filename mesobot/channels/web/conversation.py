"""One session's conversation, while somebody is connected or a reply is due."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from mesobot.channels.senders import WEB
from mesobot.channels.web.configuration import HISTORY
from mesobot.channels.web.message import Author, Message
from mesobot.channels.web.transcript import Transcript
from mesobot.chats.forgetting import ErasedError
from mesobot.consultation.transactions import DatabaseUnavailableError

_log = structlog.get_logger()


@dataclass(frozen=True)
class Said:
    """A message of the patient that waits for its reply.

    Attributes:
        turn: the browser's id of it.
        text: as it was typed.
        again: whether the server stopped before it was answered.
    """

    turn: str
    text: str
    again: bool = False


class Conversation:
    """Gives messages their places and keeps them; whoever uses it holds its lock.

    A database that fails costs nothing: messages stay in memory until they can be written.

    Attributes:
        attached: connections of this session.
        tabs: those of them that get what is said, after they were told what was said before.
        waiting: messages to be answered, one after the other.
        worker: answers them, None when there is nothing to do.
        turn: what the worker waits for.
        closed: whether it was erased and another one took its place.
    """

    def __init__(self, session: str, transcript: Transcript) -> None:
        """A conversation in which nothing was said; see ``load``."""
        self.session = session
        self.sender = WEB + session
        self.lock = asyncio.Lock()
        self.last_seq = 0
        self.attached: set[str] = set()
        self.tabs: set[str] = set()
        self.waiting: deque[Said] = deque()
        self.worker: asyncio.Task[None] | None = None
        self.turn: asyncio.Task[dict[str, Any]] | None = None
        self.closed = False
        self._transcript = transcript
        self._unsaved: list[Message] = []
        self._is_kept = False  # whether the database had something of it
        self._seq_of_turn: dict[str, int] = {}

    @property
    def is_busy(self) -> bool:
        """Whether a reply is due."""
        return self.worker is not None or bool(self.waiting)

    @property
    def has_unsaved(self) -> bool:
        """Whether something of it is in memory only."""
        return bool(self._unsaved)

    @property
    def can_be_dropped(self) -> bool:
        """Whether nobody needs it in memory."""
        return not (self.attached or self.is_busy or self._unsaved)

    async def load(self, claimed_seq: int) -> bool:
        """Find out what was said before.

        Args:
            claimed_seq: the last place that the browser knows; believed when the database fails.

        Returns:
            False if the browser knows messages but nothing is kept: they were erased.
        """
        try:
            kept = await asyncio.to_thread(self._transcript.after, self.sender, 0, HISTORY)
        except DatabaseUnavailableError as error:
            _log.error("web.history_unavailable", problem=str(error))
            self.last_seq = claimed_seq
            self._is_kept = claimed_seq > 0
            return True
        if not kept:
            return claimed_seq == 0
        self._is_kept = True
        self.last_seq = kept[-1].seq
        answered = {message.turn for message in kept if message.author is Author.BOT}
        for message in kept:
            if message.author is Author.PATIENT:
                self._seq_of_turn[message.turn] = message.seq
                if message.turn not in answered:
                    text = str(message.content.get("text", ""))
                    self.waiting.append(Said(message.turn, text, again=True))
        return True

    async def catch_up(self) -> list[Message]:
        """What other processes have written since; [] while the database fails.

        Raises:
            ErasedError: if another process has erased the conversation.
        """
        try:
            kept = await asyncio.to_thread(self._transcript.after, self.sender, 0, HISTORY)
            if not kept and await self._is_erased():
                raise ErasedError
        except DatabaseUnavailableError:
            return []
        self._is_kept = self._is_kept or bool(kept)
        new = [message for message in kept if message.seq > self.last_seq]
        for message in new:
            self.last_seq = message.seq
            if message.author is Author.PATIENT:
                self._remember(message)
        return new

    async def _is_erased(self) -> bool:
        """Whether nothing is kept because it was erased, and not because it waits to be written."""
        if not self._unsaved:
            return self._is_kept
        since = self._unsaved[0].time
        return await asyncio.to_thread(self._transcript.is_erased, self.sender, since)

    def seq_of(self, turn: str) -> int | None:
        """The place of a message that the browser may have sent twice."""
        return self._seq_of_turn.get(turn)

    async def add(self, author: Author, turn: str, content: Mapping[str, Any]) -> Message:
        """Give a message its place and keep it.

        Raises:
            ErasedError: if the conversation was erased in the meantime.
        """
        last = self.last_seq
        message = self.unkept(author, turn, content)
        self._unsaved.append(message)
        written = await self.save()
        placed = written[-1] if written else message
        if placed.seq <= last:  # another process has written it, and that was seen already
            self.last_seq = last
        if author is Author.PATIENT:
            self._remember(placed)
        return placed

    def _remember(self, message: Message) -> None:
        """Which messages there were, should one be sent again."""
        self._seq_of_turn[message.turn] = message.seq
        if len(self._seq_of_turn) > HISTORY:
            del self._seq_of_turn[next(iter(self._seq_of_turn))]

    def unkept(self, author: Author, turn: str, content: Mapping[str, Any]) -> Message:
        """A message with its place, which is shown but not kept."""
        self.last_seq += 1
        return Message(self.last_seq, author, turn, time.time(), content)

    async def save(self) -> list[Message]:
        """Write what is not written yet; what was written, [] if the database failed."""
        if not self._unsaved:
            return []
        unsaved = list(self._unsaved)
        try:
            written = await asyncio.to_thread(self._transcript.add, self.sender, unsaved)
        except DatabaseUnavailableError as error:
            _log.error("web.not_kept_yet", messages=len(unsaved), problem=str(error))
            return []
        except ErasedError:
            self._unsaved.clear()
            raise
        self._unsaved.clear()
        self._is_kept = True
        self.last_seq = max(self.last_seq, written[-1].seq)
        return written

    async def after(self, seq: int) -> tuple[list[Message], bool]:
        """What was said after a place, and whether that is all of it."""
        unsaved = [message for message in self._unsaved if message.seq > seq]
        try:
            kept = await asyncio.to_thread(self._transcript.after, self.sender, seq, HISTORY)
        except DatabaseUnavailableError:
            return unsaved, False
        messages = [*kept, *unsaved][-HISTORY:]
        return messages, not messages or messages[0].seq == seq + 1

    def forget(self) -> None:
        """Drop what waits in memory: it was erased."""
        self.closed = True
        self.waiting.clear()
        self._unsaved.clear()
