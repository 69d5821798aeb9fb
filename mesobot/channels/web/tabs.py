"""Who is connected to the website's chat, and which conversation each tab takes part in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from mesobot.channels.web.conversation import Conversation
from mesobot.channels.web.tokens import Session, SessionTokens
from mesobot.channels.web.transcript import Transcript

Emit = Callable[[str, dict[str, Any], str], Awaitable[None]]
"""Tells a connection something: event, data, connection."""


@dataclass
class Tab:
    """One connection.

    Attributes:
        conversation: the one it takes part in.
        session: what its token says.
        restored: whether it brought that token itself.
        address: where it comes from, for limits.
        last_seq: the last place it knew when it connected.
    """

    conversation: Conversation
    session: Session
    restored: bool
    address: str
    last_seq: int


class GoneError(Exception):
    """The connection was closed in the meantime."""


class Tabs:
    """All tabs, and the conversations that are in memory for them.

    Args:
        tokens: issues sessions.
        transcript: keeps messages.
        emit: tells a connection something.

    Attributes:
        emit: the same.
    """

    def __init__(self, tokens: SessionTokens, transcript: Transcript, emit: Emit) -> None:
        self._tokens = tokens
        self._transcript = transcript
        self.emit = emit
        self._tabs: dict[str, Tab] = {}
        self._conversations: dict[str, Conversation] = {}

    def session_of(self, auth: object) -> Session | None:
        """The session that a connection brings with it, if it is a valid one."""
        return self._tokens.read(auth.get("token") if isinstance(auth, dict) else None)

    async def arrive(self, name: str, session: Session | None, last_seq: int, address: str) -> None:
        """A connection was made: find the conversation of its session, or begin one."""
        conversation = await self._resume(session.id, last_seq) if session else None
        restored = conversation is not None
        if session is None or conversation is None:
            session = self._tokens.new()
            conversation = self._begin(session)
        elif self._tokens.is_due(session):
            session = self._tokens.renewed(session.id)
        conversation.attached.add(name)
        self._tabs[name] = Tab(conversation, session, restored, address, last_seq)

    def leave(self, name: str) -> Conversation | None:
        """A connection was closed; the conversation that it took part in, if it was known."""
        gone = self._tabs.pop(name, None)
        if gone is None:
            return None
        gone.conversation.attached.discard(name)
        gone.conversation.tabs.discard(name)
        return gone.conversation

    def __getitem__(self, name: str) -> Tab:
        """A tab that is connected."""
        return self._tabs[name]

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[Conversation]:
        """A tab's conversation, with its lock; it may change while one waits for the lock.

        Raises:
            GoneError: if the tab is not there any more.
        """
        while name in self._tabs:
            conversation = self._tabs[name].conversation
            async with conversation.lock:
                if name in self._tabs and self._tabs[name].conversation is conversation:
                    yield conversation
                    return
        raise GoneError

    def conversation_of(self, session: str) -> Conversation | None:
        """The conversation of a session, if it is in memory."""
        return self._conversations.get(session)

    def conversations(self) -> list[Conversation]:
        """All that are in memory."""
        return list(self._conversations.values())

    def drop(self, conversation: Conversation) -> None:
        """Let go of a conversation."""
        self._conversations.pop(conversation.session, None)

    async def tell(self, conversation: Conversation, event: str, data: dict[str, Any]) -> None:
        """Tell something to all tabs that get what is said in a conversation."""
        for name in list(conversation.tabs):
            await self.emit(event, data, name)

    async def tell_session(self, name: str) -> None:
        """Tell a tab which session it is in."""
        mine = self._tabs[name]
        session = {
            "token": self._tokens.sign(mine.session),
            "restored": mine.restored,
            "expires": mine.session.expires,
            "seq": mine.conversation.last_seq,
            "busy": mine.conversation.is_busy,
        }
        await self.emit("session", session, name)

    def move_to_new_session(self, erased: Conversation) -> Conversation:
        """Bring all tabs of an erased conversation into a new one; ``tell_cleared`` comes next."""
        session = self._tokens.new()
        fresh = self._begin(session)
        fresh.attached, fresh.tabs = set(erased.attached), set(erased.tabs)
        erased.forget()
        erased.attached.clear()
        erased.tabs.clear()
        self.drop(erased)
        for name in fresh.attached:
            tab = self._tabs[name]
            tab.conversation, tab.session, tab.restored = fresh, session, False
        return fresh

    async def tell_cleared(self, fresh: Conversation) -> None:
        """Tell the tabs of a conversation that what they show is gone."""
        for name in list(fresh.tabs):
            if name in self._tabs:
                await self.tell_session(name)
                await self.emit("cleared", {}, name)
                await self.emit("typing", {"on": False}, name)

    def _begin(self, session: Session) -> Conversation:
        conversation = Conversation(session.id, self._transcript)
        self._conversations[session.id] = conversation
        return conversation

    async def _resume(self, session_id: str, last_seq: int) -> Conversation | None:
        """A session's conversation; None if it was erased since the browser was last here."""
        conversation = self._conversations.get(session_id)
        if conversation is None:
            conversation = Conversation(session_id, self._transcript)
            is_kept = await conversation.load(last_seq)
            if not is_kept:
                return None
            # Two tabs may have come at once: the first one counts.
            conversation = self._conversations.setdefault(session_id, conversation)
        return conversation
