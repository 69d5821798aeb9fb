"""What the platform delivers is kept before it is acknowledged."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mesobot.channels.whatsapp.configuration import LARGEST_BODY, read_settings
from mesobot.channels.whatsapp.receiving import Receiving
from mesobot.chats.whatsapp.people import Address
from mesobot.consultation.delivery.problems import DeliveryProblem
from mesobot.consultation.transactions import DatabaseUnavailableError
from tests.graph import payloads
from tests.graph.payloads import Business, Event, Json, Person
from tests.graph.settings import TEST
from tests.unit.whatsapp.store import ChatStore

US = Business()
ADA, EVE = Person("TR.1", "905321234567"), Person("TR.2", "905327654321")


class Hook:
    def __init__(self, chat: ChatStore, **variables: str) -> None:
        settings = read_settings({**TEST, **variables})
        assert settings
        self.chat = chat
        self.woken = 0
        self.told: list[tuple[str, str, str | None]] = []
        self.receiving = Receiving(
            settings,
            inbox=chat.inbox,
            outgoing=chat.outgoing,
            people=chat.people,
            told=self._told,
            clock=chat.clock,
            is_urgent=lambda text: "breathe" in text,
            wake=self._wake,
        )

    def _wake(self) -> None:
        self.woken += 1

    def _told(self, token: str, arrival: str, problem: DeliveryProblem | None) -> bool:
        self.told.append((token, arrival, str(problem) if problem else None))
        return token.startswith("<")

    def post(self, *events: Event) -> int:
        return self.post_json(payloads.webhook(US, *events))

    def post_json(self, payload: Json | Any) -> int:
        body = json.dumps(payload).encode()
        return self.post_raw(body, payloads.sign(TEST["MESOBOT_WHATSAPP_APP_SECRET"], body))

    def post_raw(self, body: bytes, signature: str) -> int:
        return asyncio.run(self.receiving.receive({"x-hub-signature-256": signature}, body))


@pytest.fixture
def hook(chat: ChatStore) -> Hook:
    return Hook(chat)


def test_a_message_is_kept_and_the_worker_woken(hook: Hook) -> None:
    assert hook.post(payloads.text(ADA, "hello", "wamid.1")) == 200
    assert hook.post(payloads.text(ADA, "hello", "wamid.1")) == 200
    assert hook.chat.states() == ["waiting"]
    assert hook.woken == 1


def test_what_is_not_signed_is_not_kept(hook: Hook) -> None:
    body = json.dumps(payloads.webhook(US, payloads.text(ADA, "hello"))).encode()
    assert hook.post_raw(body, "sha256=0000") == 401
    assert hook.post_raw(b"x" * (LARGEST_BODY + 1), "") == 413
    assert hook.chat.states() == []


@pytest.mark.parametrize("content", [[], None, "hello", {"entry": [{"changes": [None, 7]}]}])
def test_what_says_nothing_is_acknowledged(hook: Hook, content: object) -> None:
    assert hook.post_json(content) == 200
    assert hook.woken == 0


def test_what_cannot_be_kept_is_not_acknowledged(hook: Hook, monkeypatch) -> None:
    def fail(*_: object) -> int:
        raise DatabaseUnavailableError("disk full")

    monkeypatch.setattr(hook.chat.inbox, "receive", fail)
    assert hook.post(payloads.text(ADA, "hello")) == 503


def test_a_flood_is_acknowledged_limited_and_told_once(chat: ChatStore) -> None:
    hook = Hook(chat, MESOBOT_WHATSAPP_BURST="5", MESOBOT_WHATSAPP_MESSAGES_A_MINUTE="1")
    codes = {hook.post(payloads.text(ADA, f"{n}")) for n in range(40)}
    assert codes == {200}
    hook.post(payloads.text(EVE, "hello"))
    assert hook.chat.states() == ["waiting"] * 7
    kinds = [json.loads(row.content.removeprefix("plain:"))["kind"] for row in chat.inbox_rows()]
    assert kinds.count("too_fast") == 1
    assert kinds[-1] == "text"


def test_a_danger_sign_does_not_wait(hook: Hook) -> None:
    hook.post(payloads.text(ADA, "hello"), payloads.text(EVE, "i cannot breathe"))
    (turn,) = hook.chat.claim_now()
    assert turn.person.address.phone == EVE.phone


def test_staff_who_write_take_the_chat(hook: Hook) -> None:
    hook.post(payloads.echo(ADA, "this is Elif", US))
    person = hook.chat.people.find(Address(ADA.phone))
    assert person and person.muted_until
    assert (person.muted_until - hook.chat.clock()).total_seconds() == 240 * 60


def test_an_echo_of_our_own_reply_does_not(hook: Hook) -> None:
    hook.chat.replied("hello", who=Address(ADA.phone, ADA.user_id))
    event = payloads.echo(ADA, "hello", US)
    (reply,) = hook.chat.outgoing.claim(1, hook.chat.lease)
    hook.chat.outgoing.sent(reply, event.id)
    hook.post(event)
    person = hook.chat.people.find(Address(ADA.phone))
    assert person and person.muted_until is None


def test_a_new_number_is_noted_before_the_messages_from_it(hook: Hook) -> None:
    hook.post(payloads.text(ADA, "hello"))
    before = hook.chat.people.find(Address(ADA.phone))
    moved = Person("", "4915112345678")
    old = payloads.webhook(US, payloads.number_change(ADA, "4915112345678"))
    new = payloads.webhook(US, payloads.text(moved, "still me"))
    hook.post_json(payloads.batch(old, new))
    after = hook.chat.people.find(Address("4915112345678"))
    assert before and after and before.id == after.id


def test_statuses_reach_replies_and_notifications_of_staff(hook: Hook) -> None:
    hook.chat.replied("hello")
    (reply,) = hook.chat.outgoing.claim(1, hook.chat.lease)
    hook.chat.outgoing.sent(reply, "wamid.out")
    for state in ("delivered", "read"):
        hook.post(payloads.status(ADA, "wamid.out", state))
    assert hook.chat.reply_states() == ["read"]
    failed = payloads.status(ADA, "wamid.staff", "failed", {"code": 131026})
    failed.item["biz_opaque_callback_data"] = "<1@mesobot>"
    hook.post(failed)
    assert hook.told == [("<1@mesobot>", "failed", "400, error 131026")]
