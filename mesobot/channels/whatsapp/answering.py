"""Answers a turn: the messages that a patient wrote in one go get one reply.

While a person of the clinic has the chat, and after STOP, the assistant keeps silent, except in an
emergency, and when somebody wants to be left alone or forgotten. What is left of a turn when the process dies is answered by whoever takes it over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from mesobot.channels.whatsapp.assistant import Assistant
from mesobot.channels.whatsapp.choices import ChoiceSigner
from mesobot.channels.whatsapp.events import CHOICE, TEXT
from mesobot.channels.whatsapp.reading import Reader, typed
from mesobot.channels.whatsapp.rendering import Renderer
from mesobot.channels.whatsapp.texts import ChannelTexts
from mesobot.channels.whatsapp.wishes import Wish, wish_of
from mesobot.chats.whatsapp.inbox import Inbox
from mesobot.chats.whatsapp.people import Address, People, Person
from mesobot.chats.whatsapp.tables import InboxState
from mesobot.chats.whatsapp.turns import Outcome, Received, Turn
from mesobot.consultation.clock import Clock
from mesobot.consultation.form_words import says_no, says_yes
from mesobot.dialogue.keys import CALLS_STAFF

LEASE = timedelta(seconds=30)
"""Longer than one message may take with everything around it; renewed with each."""
TOO_FAST = "too_fast"
"""Kind of a message that stands for those that were left out."""
_TYPED_WITHIN, _TAPPED_WITHIN = timedelta(minutes=5), timedelta(hours=1)
"""So long after "shall I delete it all?" a yes means that, while staff or nobody has the chat: a
"yes" that is typed later answers somebody else."""
_log = structlog.get_logger()


class Speaking(Protocol):
    """Tells the platform things that are not kept."""

    async def send_unkept(self, address: Address, body: Mapping[str, Any]) -> bool:
        """Send a message, whether or not it works."""
        ...

    def show_read(self, provider_id: str) -> None:
        """Begin to show that a message was read, and that an answer is being written."""
        ...


class Answering:
    """Makes replies.

    Args:
        inbox: where turns are settled.
        people: notes who wants no messages.
        assistant: whoever answers.
        renderer: makes messages of what is said.
        signer: reads taps.
        texts: what the channel itself says.
        speaking: sends at once what is not kept.
        stale: age of messages that are left to staff.
        clock: gives the present moment.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        people: People,
        assistant: Assistant,
        renderer: Renderer,
        signer: ChoiceSigner,
        texts: ChannelTexts,
        speaking: Speaking,
        stale: timedelta,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._people = people
        self._assistant = assistant
        self._renderer = renderer
        self._reader = Reader(signer)
        self._texts = texts
        self._speaking = speaking
        self._stale = stale
        self._clock = clock

    async def answer(self, turn: Turn) -> None:
        """Answer a claimed turn.

        Raises:
            DatabaseUnavailableError: if the database fails; its lease ends then.
        """
        try:
            await self._answer(turn)
        except asyncio.CancelledError:
            await asyncio.to_thread(self._inbox.give_back, turn)
            raise

    async def _answer(self, turn: Turn) -> None:
        now, person = self._clock(), turn.person
        muted = person.muted_until is not None and person.muted_until > now
        silent = muted or person.stopped
        wish = await self._wish(turn, silent)
        if wish is Wish.STOP and not person.stopped:
            await self._stop(turn, True)
        elif wish is Wish.START and (person.stopped or not muted):
            await self._stop(turn, False)
        elif silent and (erasing := await self._about_erasure(turn)):
            await self._converse(turn, erasing, await self._alarm(turn))
        elif person.stopped:
            await self._say(turn, await self._alarm(turn), InboxState.STOPPED)
        elif muted:
            await self._say(turn, await self._alarm(turn), InboxState.STAFF)
        elif now - turn.messages[-1].sent_at >= self._stale:
            late = [{"text": self._texts_for(turn)["late"]}]
            await self._say(turn, await self._alarm(turn) or late, InboxState.REVIEW)
            _log.warning("whatsapp.left_to_staff", messages=len(turn.messages))
        else:
            await self._converse(turn, turn.messages)

    async def _wish(self, turn: Turn, silent: bool) -> Wish | None:
        """The last wish about the channel; in the form "stop" is about the form."""
        wishes = [wish_of(typed(message)) for message in turn.messages if typed(message)]
        wish = next((each for each in reversed(wishes) if each), None)
        about_form = wish is Wish.STOP and not silent
        if about_form and await self._assistant.is_in_form(turn.person.sender):
            return None
        return wish

    async def _stop(self, turn: Turn, stopped: bool) -> None:
        """Write no more to somebody, or write again."""
        await asyncio.to_thread(self._people.stop, turn.person.id, stopped)
        text = self._texts_for(turn)["stopped" if stopped else "started"]
        await self._say(turn, [*await self._alarm(turn), {"text": text}])

    async def _about_erasure(self, turn: Turn) -> list[Received]:
        """The messages that ask to be forgotten, or confirm it; nobody may stand in their way."""
        wished = [each for each in turn.messages if wish_of(typed(each)) is Wish.ERASE]
        if wished:
            return wished
        asked = await self._assistant.asked_to_erase(turn.person.sender)
        if asked is None:
            return []
        ago = self._clock() - asked
        return [each for each in turn.messages if self._decides(each, turn.person, ago)]

    def _decides(self, message: Received, person: Person, ago: timedelta) -> bool:
        """Whether a message answers "shall I delete it all?", which was asked so long ago."""
        tapped = message.content["kind"] == CHOICE
        text = self._reader.meant(message, person)
        return ago <= (_TAPPED_WITHIN if tapped else _TYPED_WITHIN) and (
            says_yes(text) or says_no(text)
        )

    async def _converse(
        self,
        turn: Turn,
        messages: Sequence[Received],
        alarm: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        person, line = turn.person, _line(turn)
        self._speaking.show_read(str(turn.messages[-1].content["id"]))
        texts = self._texts_for(turn)
        notes = [
            texts[str(message.content["kind"])]
            for message in messages
            if message.content["kind"] not in (TEXT, CHOICE)
        ]
        one_by_one = len(messages) > 1 and await self._assistant.is_in_form(person.sender)
        sent = [dict(each) for each in alarm]
        for number, text in enumerate(self._reader.read(messages, person, one_by_one)):
            if number and not await asyncio.to_thread(self._inbox.renew, turn, LEASE):
                break  # taken over, or forgotten: what follows is not ours to answer
            name = f"{turn.id}{f'.{number}' if number else ''}"
            sent += await self._assistant.answer(person.sender, text, name, turn.again, line)
        await self._say(turn, sent, before=list(dict.fromkeys(notes)))

    async def _alarm(self, turn: Turn) -> list[dict[str, Any]]:
        """What is said even where nothing else is, because somebody is in danger."""
        text = "\n".join(filter(None, map(typed, turn.messages)))
        return await self._assistant.alarm(text, _line(turn)) if text else []

    def _texts_for(self, turn: Turn) -> Mapping[str, str]:
        return self._texts.on(_line(turn))

    async def _say(
        self,
        turn: Turn,
        sent: Sequence[Mapping[str, Any]],
        state: InboxState = InboxState.ANSWERED,
        before: Sequence[str] = (),
    ) -> None:
        rendered = self._renderer.render(sent, turn.person.id, before)
        asks = any((each.get("metadata") or {}).get(CALLS_STAFF) for each in sent)
        settle = partial(self._inbox.settle, turn, state, rendered.bodies, rendered.offered)
        outcome = await asyncio.to_thread(settle, asks_for_person=asks)
        if asks:
            _log.info("whatsapp.person_asked_for")
        if outcome is Outcome.FORGOTTEN:
            for body in rendered.bodies:
                await self._speaking.send_unkept(turn.person.address, body)
        elif outcome is Outcome.LOST:
            _log.warning("whatsapp.turn_taken_over")


def _line(turn: Turn) -> str | None:
    """The clinic's number that the turn was written to, if that is known."""
    line = turn.messages[-1].content.get("line")
    return None if line is None else str(line)
