"""What happens in the chat: greetings, messages in order, replies to every tab, erasure.

No socket.io in here: connections are names, and what they are told goes out through ``emit``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from mesobot.channels.limits import Buckets, take_all
from mesobot.channels.web.configuration import WebSettings
from mesobot.channels.web.conversation import Conversation, Said
from mesobot.channels.web.message import Author
from mesobot.channels.web.neighbours import Neighbours
from mesobot.channels.web.rendering import render_reply
from mesobot.channels.web.saying import last_seq_of, read_say
from mesobot.channels.web.tabs import Emit, Tabs
from mesobot.channels.web.texts import Refusal, refused
from mesobot.channels.web.tokens import SessionTokens
from mesobot.channels.web.transcript import Transcript
from mesobot.channels.web.turns import Turns
from mesobot.chats.forgetting import ErasedError
from mesobot.knowledge.clinic import Clinic

_log = structlog.get_logger()


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
        self._tabs = Tabs(tokens, transcript, emit)
        self._turns = turns
        self._erase = erase
        self._clinic = clinic
        self._by_session = Buckets(settings.session_pace)
        self._by_address = Buckets(settings.address_pace)

    async def arrive(self, tab: str, auth: object, address: str) -> None:
        """A connection was made: find its session, or begin one. ``greet`` comes next."""
        session = self._tabs.session_of(auth)
        if session:
            await self._neighbours.ask(session.id)
        await self._tabs.arrive(tab, session, last_seq_of(auth), address)

    async def greet(self, tab: str) -> None:
        """Tell a new connection its session and what was said in it."""
        async with self._tabs.held(tab) as conversation:
            await self._catch_up(conversation)
        async with self._tabs.held(tab) as conversation:
            mine = self._tabs[tab]
            await self._tabs.tell_session(tab)
            if mine.restored:
                # Who knows more than is kept (a backup was restored) begins at the beginning.
                known = mine.last_seq if mine.last_seq <= conversation.last_seq else 0
                messages, complete = await conversation.after(known)
                history = [message.as_json() for message in messages]
                await self._tabs.emit("history", {"messages": history, "complete": complete}, tab)
            if tab in conversation.attached:  # it may have left by now
                conversation.tabs.add(tab)
            if conversation.is_busy:
                await self._tabs.emit("typing", {"on": True}, tab)
        self._work(conversation)

    async def say(self, tab: str, data: object) -> dict[str, Any]:
        """A patient's message; the acknowledgement of it."""
        said = read_say(data)
        if isinstance(said, Refusal):
            return refused(said, self._clinic)
        async with self._tabs.held(tab) as conversation:
            await self._catch_up(conversation)
        async with self._tabs.held(tab) as conversation:
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
            await self._tabs.tell(conversation, "message", message.as_json())
            self._neighbours.tell(conversation.session)
        self._work(conversation)
        return {"ok": True, "seq": message.seq}

    async def clear(self, tab: str) -> dict[str, Any]:
        """Erase the conversation and go on with a new one, in every tab."""
        async with self._tabs.held(tab) as conversation:
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
        conversation = self._tabs.conversation_of(session)
        if conversation:
            async with conversation.lock:
                await self._catch_up(conversation)

    async def write(self, session: str) -> None:
        """Another process is about to show a session: write what could not be written before."""
        conversation = self._tabs.conversation_of(session)
        if conversation and conversation.has_unsaved:
            await self._drop(conversation)

    async def leave(self, tab: str) -> None:
        """A connection was closed."""
        conversation = self._tabs.leave(tab)
        if conversation:
            await self._drop(conversation)

    async def tidy(self) -> None:
        """Write what could not be written before, and free memory. To be called now and then."""
        for conversation in self._tabs.conversations():
            await self._drop(conversation)
        self._by_session.forget_full()
        self._by_address.forget_full()

    def _work(self, conversation: Conversation) -> None:
        """See to it that waiting messages are answered, one after the other."""
        if conversation.waiting and conversation.worker is None:
            conversation.worker = asyncio.create_task(self._answer_all(conversation))

    async def _answer_all(self, conversation: Conversation) -> None:
        while conversation.waiting:
            said = conversation.waiting.popleft()
            await self._tabs.tell(conversation, "typing", {"on": True})
            await asyncio.sleep(0)  # acknowledgement and typing leave before the work begins
            try:
                await self._answer(conversation, said)
            except Exception as error:
                _log.error("web.reply_failed", error=type(error).__name__)
            if not conversation.waiting:
                await self._tabs.tell(conversation, "typing", {"on": False})
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
                await self._tabs.tell(conversation, "message", message.as_json())
            self._neighbours.tell(conversation.session)

    async def _catch_up(self, conversation: Conversation) -> None:
        """Take over what was said at other processes; whoever calls it holds the lock."""
        if not self._neighbours.exist or conversation.closed:
            return
        try:
            for message in await conversation.catch_up():
                await self._tabs.tell(conversation, "message", message.as_json())
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
        await self._tabs.tell(fresh, "message", reply.as_json())
        for said in later:
            message = await fresh.add(Author.PATIENT, said.turn, {"text": said.text})
            await self._tabs.tell(fresh, "message", message.as_json())
            fresh.waiting.append(said)
        self._work(fresh)

    async def _begin_anew(self, erased: Conversation) -> Conversation:
        """Another session for all tabs of an erased conversation."""
        fresh = self._tabs.move_to_new_session(erased)
        self._by_session.move(erased.session, fresh.session)
        self._neighbours.tell(erased.session)
        await self._tabs.tell_cleared(fresh)
        return fresh

    async def _drop(self, conversation: Conversation) -> None:
        async with conversation.lock:
            try:
                if await conversation.save():  # what waited for the database is news elsewhere
                    self._neighbours.tell(conversation.session)
            except ErasedError:
                await self._leave_erased(conversation)
            if conversation.can_be_dropped:
                self._tabs.drop(conversation)
