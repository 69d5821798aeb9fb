"""What happens in the chat: sessions, messages in order, replies to every tab, erasure.

No socket.io in here: connections are names, and what they are told goes out through ``emit``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from mesobot.channels.limits import Buckets, take_all
from mesobot.channels.web.configuration import WebSettings
from mesobot.channels.web.conversation import Conversation, Said
from mesobot.channels.web.message import Author
from mesobot.channels.web.neighbours import Neighbours
from mesobot.channels.web.rendering import render_reply
from mesobot.channels.web.saying import last_seq_of, read_say
from mesobot.channels.web.texts import Refusal, refused
from mesobot.channels.web.tokens import Session, SessionTokens
from mesobot.channels.web.transcript import Transcript
from mesobot.channels.web.turns import Turns
from mesobot.chats.forgetting import ErasedError
from mesobot.knowledge.clinic import Clinic

_log = structlog.get_logger()

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


class Chat:
    """All conversations of people who are connected right now.

    Args:
        settings: limits.
        tokens: issues sessions.
        transcript: keeps messages.
        turns: makes replies.
        erase: removes everything that was said by a sender; blocks, so it runs in a thread.
        emit: tells a connection something.
        clinic: for what is said when a message cannot be taken.
        neighbours: other processes in which tabs of the same session may be.
    """

    def __init__(
        self,
        *,
        settings: WebSettings,
        tokens: SessionTokens,
        transcript: Transcript,
        turns: Turns,
        erase: Callable[[str], None],
        emit: Emit,
        clinic: Clinic,
        neighbours: Neighbours | None = None,
    ) -> None:
        self._neighbours = neighbours or Neighbours()
        self._tokens = tokens
        self._transcript = transcript
        self._turns = turns
        self._erase = erase
        self._emit = emit
        self._clinic = clinic
        self._tabs: dict[str, Tab] = {}
        self._conversations: dict[str, Conversation] = {}
        self._by_session = Buckets(settings.session_pace)
        self._by_address = Buckets(settings.address_pace)

    async def arrive(self, tab: str, auth: object, address: str) -> None:
        """A connection was made: find its session, or begin one. ``greet`` comes next."""
        token = auth.get("token") if isinstance(auth, dict) else None
        last_seq = last_seq_of(auth)
        session = self._tokens.read(token)
        conversation = await self._resume(session.id, last_seq) if session else None
        restored = conversation is not None
        if session is None or conversation is None:
            session = self._tokens.new()
            conversation = self._conversations[session.id] = self._conversation(session)
        elif self._tokens.is_due(session):
            session = self._tokens.renewed(session.id)
        conversation.attached.add(tab)
        self._tabs[tab] = Tab(conversation, session, restored, address, last_seq)

    async def greet(self, tab: str) -> None:
        """Tell a new connection its session and what was said in it."""
        async with self._held(tab) as conversation:
            await self._catch_up(conversation)
        async with self._held(tab) as conversation:
            mine = self._tabs[tab]
            await self._tell_session(tab, mine)
            if mine.restored:
                # Who knows more than is kept (a backup was restored) begins at the beginning.
                known = mine.last_seq if mine.last_seq <= conversation.last_seq else 0
                messages, complete = await conversation.after(known)
                history = [message.as_json() for message in messages]
                await self._emit("history", {"messages": history, "complete": complete}, tab)
            if tab in self._tabs:
                conversation.tabs.add(tab)
            if conversation.is_busy:
                await self._emit("typing", {"on": True}, tab)
        self._work(conversation)

    async def say(self, tab: str, data: object) -> dict[str, Any]:
        """A patient's message; the acknowledgement of it."""
        said = read_say(data)
        if isinstance(said, Refusal):
            return refused(said, self._clinic)
        async with self._held(tab) as conversation:
            await self._catch_up(conversation)
        async with self._held(tab) as conversation:
            known = conversation.seq_of(said.turn)
            if known is not None:  # sent again, because the acknowledgement got lost
                self._work(conversation)
                return {"ok": True, "seq": known}
            wait = take_all(
                self._by_address.of(self._tabs[tab].address),
                self._by_session.of(conversation.session),
            )
            if wait:
                return refused(Refusal.RATE_LIMITED, self._clinic, wait)
            message = await conversation.add(Author.PATIENT, said.turn, {"text": said.text})
            conversation.waiting.append(said)
            await self._tell(conversation, "message", message.as_json())
            self._neighbours.tell(conversation.session)
        self._work(conversation)
        return {"ok": True, "seq": message.seq}

    async def clear(self, tab: str) -> dict[str, Any]:
        """Erase the conversation and go on with a new one, in every tab."""
        async with self._held(tab) as conversation:
            wait = self._by_session.of(conversation.session).take()
            if wait:
                return refused(Refusal.RATE_LIMITED, self._clinic, wait)
            if conversation.turn:  # Rasa would write it after the erasure
                await asyncio.wait({conversation.turn})
            try:
                await asyncio.to_thread(self._erase, conversation.sender)
            except Exception as error:  # whatever it was, nobody may believe that it is gone
                _log.error("web.not_erased", error=type(error).__name__)
                return refused(Refusal.UNAVAILABLE, self._clinic)
            await self._begin_anew(conversation)
        return {"ok": True}

    async def hear(self, session: str) -> None:
        """Something was said at another process: show it in the tabs that are here."""
        conversation = self._conversations.get(session)
        if conversation:
            async with conversation.lock:
                await self._catch_up(conversation)

    async def leave(self, tab: str) -> None:
        """A connection was closed."""
        gone = self._tabs.pop(tab, None)
        if gone:
            gone.conversation.attached.discard(tab)
            gone.conversation.tabs.discard(tab)
            await self._drop(gone.conversation)

    async def tidy(self) -> None:
        """Write what could not be written before, and free memory. To be called now and then."""
        for conversation in list(self._conversations.values()):
            await self._drop(conversation)
        self._by_session.forget_full()
        self._by_address.forget_full()

    def _conversation(self, session: Session) -> Conversation:
        return Conversation(session.id, self._transcript)

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

    @asynccontextmanager
    async def _held(self, tab: str) -> AsyncIterator[Conversation]:
        """A tab's conversation, with its lock; it may change while one waits for the lock.

        Raises:
            GoneError: if the tab is not there any more.
        """
        while tab in self._tabs:
            conversation = self._tabs[tab].conversation
            async with conversation.lock:
                if tab in self._tabs and self._tabs[tab].conversation is conversation:
                    yield conversation
                    return
        raise GoneError

    def _work(self, conversation: Conversation) -> None:
        """See to it that waiting messages are answered, one after the other."""
        if conversation.waiting and conversation.worker is None:
            conversation.worker = asyncio.create_task(self._answer_all(conversation))

    async def _answer_all(self, conversation: Conversation) -> None:
        while conversation.waiting:
            said = conversation.waiting.popleft()
            await self._tell(conversation, "typing", {"on": True})
            await asyncio.sleep(0)  # acknowledgement and typing leave before the work begins
            try:
                await self._answer(conversation, said)
            except Exception as error:
                _log.error("web.reply_failed", error=type(error).__name__)
            if not conversation.waiting:
                await self._tell(conversation, "typing", {"on": False})
        conversation.worker = None
        if not conversation.attached:
            await self._drop(conversation)

    async def _answer(self, conversation: Conversation, said: Said) -> None:
        conversation.turn = asyncio.create_task(self._turns.reply(conversation.sender, said))
        try:
            content = await conversation.turn
        except Exception as error:  # a fault of ours: no message meets silence all the same
            _log.error("web.no_reply", error=type(error).__name__)
            content = self._apology()
        conversation.turn = None
        async with conversation.lock:
            await self._catch_up(conversation)
            if conversation.closed:
                return
            shown = conversation.last_seq
            try:
                message = await conversation.add(Author.BOT, said.turn, content)
            except ErasedError:
                # "Forget me" was this turn, or staff erased it: what is gone stays gone.
                await self._erase_rest(conversation)
                await self._answer_anew(conversation, said.turn, content)
                return
            if message.seq > shown:
                await self._tell(conversation, "message", message.as_json())
            self._neighbours.tell(conversation.session)

    async def _catch_up(self, conversation: Conversation) -> None:
        """Take over what was said at other processes; whoever calls it holds the lock."""
        if not self._neighbours.exist or conversation.closed:
            return
        try:
            for message in await conversation.catch_up():
                await self._tell(conversation, "message", message.as_json())
        except ErasedError:
            # During a turn it was this turn, maybe ("forget me"): its reply is still to be shown.
            await self._leave_erased(conversation)

    async def _leave_erased(self, conversation: Conversation) -> None:
        if not conversation.is_busy:
            await self._erase_rest(conversation)
            if conversation.attached:
                await self._begin_anew(conversation)
            else:
                conversation.forget()

    async def _erase_rest(self, erased: Conversation) -> None:
        """Remove what Rasa was told of it before its erasure was seen here: nobody else would."""
        try:
            await asyncio.to_thread(self._erase, erased.sender)
        except Exception as error:
            _log.error("web.not_erased", error=type(error).__name__)

    def _apology(self) -> dict[str, Any]:
        text = refused(Refusal.UNAVAILABLE, self._clinic)["text"]
        return render_reply([{"text": text}], self._clinic) or {}

    async def _answer_anew(
        self, erased: Conversation, turn: str, content: Mapping[str, Any]
    ) -> None:
        """Give the reply in a new session; what was said after its question is answered there."""
        later = list(erased.waiting)
        fresh = await self._begin_anew(erased)
        reply = fresh.unkept(Author.BOT, turn, content)
        await self._tell(fresh, "message", reply.as_json())
        for said in later:
            message = await fresh.add(Author.PATIENT, said.turn, {"text": said.text})
            await self._tell(fresh, "message", message.as_json())
            fresh.waiting.append(said)
        self._work(fresh)

    async def _begin_anew(self, erased: Conversation) -> Conversation:
        """Another session for all tabs of an erased conversation."""
        session = self._tokens.new()
        fresh = self._conversations[session.id] = self._conversation(session)
        fresh.attached, fresh.tabs = set(erased.attached), set(erased.tabs)
        erased.forget()
        erased.attached.clear()
        erased.tabs.clear()
        self._by_session.move(erased.session, session.id)
        self._neighbours.tell(erased.session)
        self._conversations.pop(erased.session, None)
        for name in fresh.attached:
            tab = self._tabs[name]
            tab.conversation, tab.session, tab.restored = fresh, session, False
        for name in list(fresh.tabs):
            if name in self._tabs:
                await self._tell_session(name, self._tabs[name])
                await self._emit("cleared", {}, name)
                await self._emit("typing", {"on": False}, name)
        return fresh

    async def _tell_session(self, name: str, mine: Tab) -> None:
        session = {
            "token": self._tokens.sign(mine.session),
            "restored": mine.restored,
            "expires": mine.session.expires,
            "seq": mine.conversation.last_seq,
            "busy": mine.conversation.is_busy,
        }
        await self._emit("session", session, name)

    async def _tell(self, conversation: Conversation, event: str, data: dict[str, Any]) -> None:
        for tab in list(conversation.tabs):
            await self._emit(event, data, tab)

    async def _drop(self, conversation: Conversation) -> None:
        async with conversation.lock:
            try:
                if await conversation.save():  # what waited for the database is news elsewhere
                    self._neighbours.tell(conversation.session)
            except ErasedError:
                await self._leave_erased(conversation)
            if conversation.can_be_dropped:
                self._conversations.pop(conversation.session, None)
