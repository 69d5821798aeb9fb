"""Each kind of failure has its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from mesobot.channels.whatsapp.configuration import read_settings
from mesobot.channels.whatsapp.sending import Sending
from mesobot.chats.whatsapp.people import Address
from mesobot.chats.whatsapp.tables import replies
from mesobot.consultation.delivery.problems import (
    ConfigurationProblem,
    DeliveryProblem,
    PermanentProblem,
    TemporaryProblem,
)
from tests.graph.settings import TEST
from tests.unit.whatsapp.store import ADA, EVE, LEASE, ChatStore


class FakeGraph:
    """Each call meets the next problem of the script; without one it is accepted."""

    def __init__(self) -> None:
        self.script: list[DeliveryProblem] = []
        self.sent: list[dict[str, Any]] = []
        self.told: list[Mapping[str, Any]] = []

    async def send(self, message: Mapping[str, Any]) -> str:
        self.sent.append(dict(message))
        if self.script:
            raise self.script.pop(0)
        return f"wamid.out.{len(self.sent)}"

    async def tell(self, notice: Mapping[str, Any]) -> None:
        self.told.append(notice)


class Post:
    def __init__(self, chat: ChatStore, **variables: str) -> None:
        settings = read_settings({**TEST, **variables})
        assert settings
        self.chat = chat
        self.graph = FakeGraph()
        self.sending = Sending(chat.outgoing, self.graph, settings, chat.clock, lambda: 0.5)

    def go(self, times: int = 1) -> None:
        """Send what is due, as the loop does."""
        for _ in range(times):
            for reply in self.chat.outgoing.claim(50, LEASE):
                asyncio.run(self.sending.deliver(reply))

    def texts(self) -> list[str]:
        return [message["text"]["body"] for message in self.graph.sent if "text" in message]

    def problem(self) -> str | None:
        return self.chat.rows(replies)[0].last_problem  # type: ignore[no-any-return]


@pytest.fixture
def post(chat: ChatStore) -> Post:
    return Post(chat)


def test_a_reply_is_addressed_and_carries_its_token(post: Post) -> None:
    post.chat.replied("one", "two")
    post.go(3)
    assert post.texts() == ["one", "two"]
    first = post.graph.sent[0]
    assert (first["to"], first["messaging_product"]) == (ADA.phone, "whatsapp")
    assert first["biz_opaque_callback_data"].endswith("-0")
    assert post.chat.reply_states() == ["sent", "sent"]


def test_a_pair_limit_holds_up_one_person_only(post: Post) -> None:
    post.graph.script = [TemporaryProblem("400, error 131056", code=131056)]
    post.chat.replied("for ada", who=ADA)
    post.chat.replied("for eve", who=EVE)
    post.go()
    assert post.chat.reply_states() == ["waiting", "sent"]
    post.chat.clock.advance(seconds=5)
    post.go()
    assert post.chat.reply_states() == ["waiting", "sent"]
    post.chat.clock.advance(seconds=2)
    post.go()
    assert post.chat.reply_states() == ["sent", "sent"]


def test_being_throttled_holds_up_everybody_for_as_long_as_asked(post: Post) -> None:
    asked = timedelta(seconds=30)
    post.graph.script = [TemporaryProblem("429, error 130429", asked, code=130429)]
    post.chat.replied("for ada", who=ADA)
    post.chat.replied("for eve", who=EVE)
    post.go()
    post.chat.clock.advance(seconds=29)
    post.go()
    assert len(post.graph.sent) == 1
    post.chat.clock.advance(seconds=3)
    post.go()
    assert sorted(post.texts()) == ["for ada", "for ada", "for eve"]


def test_a_refused_token_is_one_alarm_and_no_hot_loop(post: Post, capsys) -> None:
    post.graph.script = [ConfigurationProblem("401, error 190", code=190)] * 100
    for _ in range(5):
        post.chat.replied("hello", who=ADA)
    post.chat.replied("hello", who=EVE)
    for _ in range(50):
        post.go()
        post.chat.clock.advance(seconds=1)
    assert len(post.graph.sent) == 1
    assert capsys.readouterr().out.count("settings_must_be_corrected") == 1
    post.graph.script.clear()
    post.chat.clock.advance(seconds=60)
    post.go(6)
    assert set(post.chat.reply_states()) == {"sent"}


def test_a_refused_token_was_tried_once_for_each_waiting_reply(post: Post) -> None:
    """After the pause every patient's reply was tried at once; one tells as much."""
    post.graph.script = [ConfigurationProblem("401, error 190", code=190)] * 100
    everybody = [Address(f"90532000{number:04}", f"TR.{number}") for number in range(12)]
    for who in everybody:
        post.chat.replied("hello", who=who)
    post.go()
    assert len(post.graph.sent) == 1
    for pause in range(2, 4):
        post.chat.clock.advance(seconds=60)
        asyncio.run(all_at_once(post))
        assert len(post.graph.sent) == pause
    post.graph.script.clear()
    post.chat.clock.advance(seconds=60)
    asyncio.run(all_at_once(post))
    post.chat.clock.advance(seconds=3)
    post.go(2)
    assert post.chat.reply_states() == ["sent"] * 12
    assert len(post.texts()) == 3 + 12


async def all_at_once(post: Post) -> None:
    due = post.chat.outgoing.claim(50, LEASE)
    assert len(due) == 12
    await asyncio.gather(*map(post.sending.deliver, due))


def test_a_clock_that_goes_on_meanwhile_holds_nothing_up(post: Post) -> None:
    def ticking() -> datetime:
        post.chat.clock.advance(microseconds=1)
        return post.chat.clock.now

    settings = read_settings(TEST)
    assert settings
    post.sending = Sending(post.chat.outgoing, post.graph, settings, ticking, lambda: 0.5)
    post.chat.replied("hello")
    post.go()
    assert post.chat.reply_states() == ["sent"]


def test_a_reply_that_is_tried_first_and_cut_off_keeps_nobody_waiting(post: Post) -> None:
    post.graph.script = [ConfigurationProblem("401, error 190", code=190)]
    post.chat.replied("hello")
    post.go()
    post.chat.clock.advance(seconds=61)
    (reply,) = post.chat.outgoing.claim(1, LEASE)
    accept, post.graph.send = post.graph.send, hang  # type: ignore[method-assign]

    async def cut_off() -> None:
        task = asyncio.create_task(post.sending.deliver(reply))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cut_off())
    post.graph.send = accept  # type: ignore[method-assign]
    post.chat.clock.advance(seconds=60)
    post.go()
    assert post.chat.reply_states() == ["sent"]


async def hang(_: Mapping[str, Any]) -> str:
    await asyncio.sleep(60)
    return ""


def test_a_passing_failure_is_tried_again(post: Post) -> None:
    post.graph.script = [TemporaryProblem("500"), TemporaryProblem("503, error 131016")]
    post.chat.replied("hello")
    for _ in range(12):
        post.go()
        post.chat.clock.advance(seconds=1)
    assert post.texts() == ["hello"] * 3
    assert post.chat.reply_states() == ["sent"]


def test_what_broke_off_waits_for_a_status_first(post: Post) -> None:
    post.graph.script = [TemporaryProblem("connection lost", ambiguous=True)]
    post.chat.replied("hello")
    post.go()
    post.chat.clock.advance(seconds=9)
    post.go()
    assert len(post.graph.sent) == 1
    token = post.graph.sent[0]["biz_opaque_callback_data"]
    from mesobot.chats.whatsapp.tables import ReplyState

    post.chat.outgoing.report(token, "wamid.out.1", ReplyState.DELIVERED)
    post.chat.clock.advance(seconds=9)
    post.go()
    assert len(post.graph.sent) == 1
    assert post.chat.reply_states() == ["delivered"]


def test_what_is_never_accepted_is_given_up_and_visible(post: Post) -> None:
    post.graph.script = [PermanentProblem("400, error 131026", code=131026)]
    post.chat.replied("hello", "more")
    post.go(2)
    assert post.chat.reply_states() == ["failed", "sent"]
    assert post.problem() == "400, error 131026"


@pytest.mark.parametrize("by_platform", [True, False])
def test_after_a_day_staff_write(post: Post, by_platform: bool) -> None:
    post.chat.replied("a late answer")
    if by_platform:
        post.graph.script = [PermanentProblem("400, error 131047", code=131047)]
    else:
        post.chat.clock.advance(hours=24)
    post.go()
    assert post.chat.reply_states() == ["review"]
    assert "a late answer" in post.chat.everything()
    assert len(post.graph.sent) == by_platform


def test_or_a_template_asks_the_patient_to_write(chat: ChatStore) -> None:
    post = Post(chat, MESOBOT_WHATSAPP_REOPEN_TEMPLATE="please_write")
    chat.replied("a late answer", "in two parts")
    chat.clock.advance(hours=24)
    post.go(3)
    (template,) = post.graph.sent
    assert template["template"]["name"] == "please_write"
    assert chat.reply_states() == ["held", "held"]
    chat.hear("i am here")
    post.go(3)
    assert post.texts() == ["a late answer", "in two parts"]


def test_more_than_the_platform_allows_for_one_person_waits(chat: ChatStore) -> None:
    post = Post(chat, MESOBOT_WHATSAPP_PAIR_BURST="2")
    chat.replied("one", "two", "three")
    post.go(5)
    assert post.texts() == ["one", "two"]
    assert [row.attempts for row in chat.rows(replies)][2] == 0


def test_reading_is_shown_and_nothing_waits_for_it(post: Post) -> None:
    async def show() -> None:
        post.sending.show_read("wamid.in")
        await asyncio.sleep(0.01)

    asyncio.run(show())
    (mark,) = post.graph.told
    assert (mark["status"], mark["message_id"]) == ("read", "wamid.in")
    assert mark["typing_indicator"] == {"type": "text"}


@pytest.mark.parametrize(
    ("script", "works", "calls"),
    [
        ([], True, 1),
        ([TemporaryProblem("500")], True, 2),
        ([TemporaryProblem("connection lost", ambiguous=True)], False, 1),
        ([PermanentProblem("400")], False, 1),
        ([ConfigurationProblem("401")], False, 1),
    ],
)
def test_what_must_not_be_kept_is_sent_at_once_or_not(
    post: Post, script: list[DeliveryProblem], works: bool, calls: int
) -> None:
    post.graph.script = script
    body = {"type": "text", "text": {"body": "Done, I deleted this chat."}}
    assert asyncio.run(post.sending.send_unkept(ADA, body)) is works
    assert len(post.graph.sent) == calls
