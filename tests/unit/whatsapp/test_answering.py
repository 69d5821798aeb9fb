"""A turn gets one reply, or none while others speak; whoever is in danger gets one in any case."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from mesobot.channels.whatsapp.answering import TOO_FAST, Answering
from mesobot.channels.whatsapp.choices import ChoiceSigner
from mesobot.channels.whatsapp.reading import together
from mesobot.channels.whatsapp.rendering import Renderer
from mesobot.channels.whatsapp.texts import load_texts
from mesobot.channels.whatsapp.wishes import Wish, wish_of
from mesobot.chats.whatsapp.people import Address
from mesobot.chats.whatsapp.tables import inbox, replies
from mesobot.chats.whatsapp.turns import Incoming
from mesobot.knowledge.clinic import load_clinic
from mesobot.paths import CLINIC, DATA
from tests.unit.whatsapp.store import ADA, ChatStore

ABOUT = load_clinic(CLINIC / "clinic.yml", os.environ)
CHANNEL_TEXTS = load_texts(DATA / "whatsapp" / "channel.yml", ABOUT)
TEXTS = CHANNEL_TEXTS.on(None)
SIGNER = ChoiceSigner("secret")
CHOICES = [{"title": "Any downtime?", "payload": "downtime"}, {"title": "No", "payload": "no"}]


class Echo:
    """Answers what it hears with itself."""

    def __init__(self, chat: ChatStore) -> None:
        self.heard: list[tuple[str, bool]] = []
        self.turns: list[str] = []
        self.lines: list[str | None] = []
        self.in_form = False
        self.erasure_asked: datetime | None = None
        self.metadata: dict[str, Any] = {}
        self.forgets = False
        self._chat = chat

    async def answer(
        self, sender: str, text: str, turn: str, again: bool, line: str | None
    ) -> list[dict[str, Any]]:
        self.lines.append(line)
        self.heard.append((text, again))
        self.turns.append(turn)
        if self.forgets:
            self._chat.forgetting.forget_sender(sender)
        return [{"text": f"<{text}>", "buttons": CHOICES, "metadata": self.metadata}]

    async def is_in_form(self, sender: str) -> bool:
        return self.in_form

    async def asked_to_erase(self, sender: str) -> datetime | None:
        return self.erasure_asked

    async def alarm(self, text: str, line: str | None) -> list[dict[str, Any]]:
        return [{"text": "Call 112."}] if "breathe" in text else []


class Told:
    def __init__(self) -> None:
        self.read: list[str] = []
        self.sent: list[tuple[Address, Mapping[str, Any]]] = []

    async def send_unkept(self, address: Address, body: Mapping[str, Any]) -> bool:
        self.sent.append((address, body))
        return True

    def show_read(self, provider_id: str) -> None:
        self.read.append(provider_id)


class Desk:
    def __init__(self, chat: ChatStore) -> None:
        self.chat = chat
        self.echo = Echo(chat)
        self.told = Told()
        self.answering = Answering(
            inbox=chat.inbox,
            people=chat.people,
            assistant=self.echo,
            renderer=Renderer(SIGNER, "Choose"),
            signer=SIGNER,
            texts=CHANNEL_TEXTS,
            speaking=self.told,
            stale=timedelta(hours=12),
            clock=chat.clock,
        )

    def hear(self, *messages: str | Mapping[str, Any], ago: float = 0) -> None:
        incoming = []
        for message in messages:
            content = {"kind": "text", "text": message} if isinstance(message, str) else message
            name = f"wamid.{len(self.chat.rows(inbox)) + len(incoming)}"
            sent_at = self.chat.clock() - timedelta(seconds=ago)
            incoming.append(Incoming(name, ADA, sent_at, {"id": name, **content}))
        self.chat.inbox.receive(incoming)

    def say(self, *messages: str | Mapping[str, Any], ago: float = 0) -> list[str]:
        """What is answered."""
        before = len(self.chat.rows(replies))
        self.hear(*messages, ago=ago)
        for turn in self.chat.inbox_claim(together):
            asyncio.run(self.answering.answer(turn))
        return [self.text(row.content) for row in self.chat.rows(replies)[before:]]

    @staticmethod
    def text(content: str) -> str:
        body = json.loads(content.removeprefix("plain:"))
        return str(body["text"]["body"] if "text" in body else body["interactive"]["body"]["text"])


@pytest.fixture
def desk(chat: ChatStore) -> Desk:
    return Desk(chat)


def test_a_message_is_answered_and_shown_as_read(desk: Desk) -> None:
    assert desk.say("does it hurt?") == ["<does it hurt?>"]
    assert desk.told.read == ["wamid.0"]
    assert desk.chat.states() == ["answered"]


def test_texts_of_a_burst_are_read_together(desk: Desk) -> None:
    assert desk.say("hi", "does it hurt?") == ["<hi\ndoes it hurt?>"]
    assert desk.told.read == ["wamid.1"]


def test_answers_to_a_form_are_read_one_by_one_in_one_reply(desk: Desk) -> None:
    desk.echo.in_form = True
    assert desk.say("Ada", "0532 123 45 67") == ["<Ada>\n<0532 123 45 67>"]
    assert len(set(desk.echo.turns)) == 2


def test_a_turn_that_is_taken_over_half_way_is_not_gone_on_with(desk: Desk) -> None:
    desk.echo.in_form = True
    desk.hear("Ada", "0532 123 45 67")
    (turn,) = desk.chat.claim()
    desk.chat.clock.advance(seconds=60)
    (taken_over,) = desk.chat.claim()
    asyncio.run(desk.answering.answer(turn))
    assert [text for text, _ in desk.echo.heard] == ["Ada"]
    assert desk.chat.rows(replies) == []
    asyncio.run(desk.answering.answer(taken_over))
    assert desk.chat.states() == ["answered", "answered"]


def test_a_tap_is_read_alone_and_means_what_was_offered(desk: Desk) -> None:
    desk.say("hello")
    person = desk.chat.people.find(ADA)
    assert person
    tap = {"kind": "choice", "text": "Any downtime?", "choice": SIGNER.id_of("downtime", person.id)}
    assert desk.say("so", tap, "ok", "thanks") == ["<so>\n<downtime>\n<ok\nthanks>"]


def test_a_forged_tap_is_its_title(desk: Desk) -> None:
    forged = {"kind": "choice", "text": "Any downtime?", "choice": "/restart#0000000000000000"}
    assert desk.say(forged) == ["<Any downtime?>"]


@pytest.mark.parametrize(("typed", "meant"), [("1", "downtime"), (" 2. ", "no"), ("3", "3")])
def test_a_number_means_the_choice_of_that_number(desk: Desk, typed: str, meant: str) -> None:
    desk.say("hello")
    assert desk.say(typed) == [f"<{meant}>"]


def test_a_number_without_choices_is_a_number(desk: Desk) -> None:
    assert desk.say("1") == ["<1>"]


@pytest.mark.parametrize(
    "kind",
    ["voice", "image", "video", "sticker", "document", "location", "contacts", "unsupported"],
)
def test_what_is_no_text_gets_its_own_reply(desk: Desk, kind: str) -> None:
    assert desk.say({"kind": kind}) == [TEXTS[kind]]
    assert desk.echo.heard == []


def test_a_picture_with_words_gets_both(desk: Desk) -> None:
    said = desk.say({"kind": "image", "text": "is it red?"}, {"kind": "image"})
    assert said == [f"{TEXTS['image']}\n<is it red?>"]


def test_who_is_too_fast_is_told_so_once(desk: Desk) -> None:
    assert desk.say("hello", {"kind": TOO_FAST}) == [f"{TEXTS['too_fast']}\n<hello>"]


def test_stop_and_start(desk: Desk) -> None:
    assert desk.say("STOP") == [TEXTS["stopped"]]
    assert desk.say("does it hurt?") == []
    assert desk.chat.states() == ["answered", "stopped"]
    assert desk.say("i cannot breathe") == ["Call 112."]
    assert desk.say("Start!") == [TEXTS["started"]]
    assert desk.say("does it hurt?") == ["<does it hurt?>"]


def test_stop_in_a_form_is_about_the_form(desk: Desk) -> None:
    desk.echo.in_form = True
    assert desk.say("stop") == ["<stop>"]


def test_erase_asks_the_assistant_to_forget(desk: Desk) -> None:
    assert desk.say("ERASE") == ["<forget me>"]


def test_the_reply_to_somebody_who_was_forgotten_is_sent_and_not_kept(desk: Desk) -> None:
    desk.echo.forgets = True
    assert desk.say("forget me") == []
    ((address, body),) = desk.told.sent
    assert address == ADA
    assert body["interactive"]["body"]["text"] == "<forget me>"
    assert desk.chat.rows(replies) == []


def test_while_staff_have_the_chat_only_an_emergency_is_answered(desk: Desk) -> None:
    desk.chat.people.mute(ADA, desk.chat.clock() + timedelta(hours=4))
    assert desk.say("does it hurt?") == []
    assert desk.told.read == []
    assert desk.say("i cannot breathe") == ["Call 112."]
    assert desk.chat.states() == ["staff", "staff"]
    desk.chat.clock.advance(hours=4)
    assert desk.say("does it hurt?") == ["<does it hurt?>"]


MUTED = timedelta(hours=4)


@pytest.fixture
def taken(desk: Desk) -> Desk:
    """A chat that staff have."""
    desk.chat.people.mute(ADA, desk.chat.clock() + MUTED)
    return desk


@pytest.mark.parametrize("in_form", [True, False])
def test_stop_did_nothing_while_staff_had_the_chat(taken: Desk, in_form: bool) -> None:
    taken.echo.in_form = in_form
    assert taken.say("STOP") == [TEXTS["stopped"]]
    person = taken.chat.people.find(ADA)
    assert person and person.stopped
    taken.chat.clock.advance(hours=5)
    assert taken.say("does it hurt?") == []


@pytest.mark.parametrize("word", ["ERASE", "forget me"])
def test_erase_did_nothing_while_staff_had_the_chat(taken: Desk, word: str) -> None:
    assert taken.say("hello Elif", word) == ["<forget me>"]
    taken.echo.erasure_asked = taken.chat.clock()
    assert taken.say("yes") == ["<yes>"]


def test_erase_did_nothing_after_stop(desk: Desk) -> None:
    desk.say("STOP")
    assert desk.say("ERASE") == ["<forget me>"]
    desk.echo.erasure_asked = desk.chat.clock()
    assert desk.say("no") == ["<no>"]
    desk.echo.erasure_asked = None
    assert desk.say("does it hurt?") == []


def test_a_yes_to_staff_erases_nothing(taken: Desk) -> None:
    assert taken.say("yes") == []
    taken.echo.erasure_asked = taken.chat.clock()
    taken.chat.clock.advance(minutes=10)
    assert taken.say("yes") == []
    assert taken.echo.heard == []


def test_a_tap_on_yes_may_come_later(taken: Desk) -> None:
    person = taken.chat.people.find(ADA)
    assert person
    taken.echo.erasure_asked = taken.chat.clock()
    taken.chat.clock.advance(minutes=20)
    tap = {"kind": "choice", "text": "Yes", "choice": SIGNER.id_of("Yes", person.id)}
    assert taken.say(tap) == ["<Yes>"]


def test_stop_beside_an_emergency_hid_the_emergency(desk: Desk) -> None:
    assert desk.say("i cannot breathe", "stop") == [f"Call 112.\n{TEXTS['stopped']}"]


def test_a_late_stop_is_kept(desk: Desk) -> None:
    assert desk.say("STOP", ago=13 * 3600) == [TEXTS["stopped"]]


def test_who_asks_for_a_person_is_noted_with_the_reply_that_says_so(desk: Desk) -> None:
    desk.say("does it hurt?")
    person = desk.chat.people.find(ADA)
    assert person and person.asked_at is None
    desk.echo.metadata = {"calls_staff": True}
    desk.say("talk to a person")
    first = desk.chat.people.find(ADA)
    assert first and first.asked_at == desk.chat.clock()
    desk.say("hello? a person please")
    again = desk.chat.people.find(ADA)
    assert again and again.asked_at == first.asked_at


def test_the_number_that_was_written_to_reaches_the_assistant(desk: Desk) -> None:
    desk.say({"kind": "text", "text": "hello", "line": "905431974320"})
    assert desk.echo.lines == ["905431974320"]
    (said,) = desk.say({"kind": "document", "line": "+1 555 0100"})
    assert ABOUT.whatsapp_link in said
    (said,) = desk.say({"kind": "document", "line": ABOUT.whatsapp})
    assert "wa.me" not in said
    assert "talk to a person" in said


def test_what_comes_too_late_is_left_to_staff(desk: Desk) -> None:
    assert desk.say("does it hurt?", ago=13 * 3600) == [TEXTS["late"]]
    assert desk.chat.states() == ["review"]
    assert desk.echo.heard == []
    assert "hurt" in desk.chat.everything()


def test_a_late_emergency_is_answered_all_the_same(desk: Desk) -> None:
    assert desk.say("i cannot breathe", ago=13 * 3600) == ["Call 112."]
    assert desk.chat.states() == ["review"]


def test_a_turn_that_another_process_began_is_looked_up(desk: Desk) -> None:
    desk.hear("yes")
    desk.chat.claim()
    desk.chat.clock.advance(seconds=60)
    assert desk.say() == ["<yes>"]
    assert desk.echo.heard == [("yes", True)]


def test_a_turn_that_is_cut_off_is_due_again(desk: Desk) -> None:
    async def cut_off() -> None:
        desk.hear("hello")
        (turn,) = desk.chat.claim()

        async def hang(*_: object) -> list[dict[str, Any]]:
            await asyncio.sleep(60)
            return []

        desk.echo.answer = hang  # type: ignore[method-assign]
        task = asyncio.create_task(desk.answering.answer(turn))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cut_off())
    assert len(desk.chat.claim_now()) == 1


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", Wish.STOP),
        (" stop. ", Wish.STOP),
        ("Unsubscribe", Wish.STOP),
        ("start", Wish.START),
        ("ERASE", Wish.ERASE),
        ("stop it hurts", None),
        ("when do you start", None),
        ("", None),
    ],
)
def test_a_wish_is_the_word_alone(text: str, wish: Wish | None) -> None:
    assert wish_of(text) is wish


def test_no_more_is_read_together_than_the_assistant_reads() -> None:
    assert together([{"text": "x" * 500}, {"text": "y" * 500}]) == 1
    assert together([{"text": "x" * 4000}]) == 1
    assert together([{"kind": "image"}] * 3) == 3
    assert together([{"text": "x"}] * 30) == 10
