"""Whoever is forgotten is forgotten everywhere: Rasa's table, and what the channel keeps."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mesobot.chats.forgetting import Chats
from mesobot.chats.whatsapp.tables import people, replies
from tests.unit.whatsapp.store import ADA, EVE, ChatStore

CANARY = "canary-text-of-a-patient"


def chats(chat: ChatStore, folder: Path) -> Chats:
    return Chats(f"sqlite:///{folder / 'conversations.db'}", chat.clock, chat.forgetting)


def raw_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("requests.db*"))


def sender(chat: ChatStore) -> str:
    person = chat.people.find(ADA)
    assert person
    return person.sender


def test_no_byte_of_a_forgotten_person_stays(chat: ChatStore, tmp_path: Path) -> None:
    chat.hear(CANARY, who=ADA)
    (turn,) = chat.claim()
    chat.answer(turn, f"reply to {CANARY}")
    chat.hear(CANARY, who=ADA)
    assert CANARY.encode() in raw_bytes(tmp_path)
    chats(chat, tmp_path).forget_sender(sender(chat))
    assert CANARY.encode() not in raw_bytes(tmp_path)
    assert str(ADA.phone).encode() not in raw_bytes(tmp_path)
    assert str(ADA.user).encode() not in raw_bytes(tmp_path)


def test_staff_forget_a_person_who_has_no_chat_any_more(chat: ChatStore, tmp_path: Path) -> None:
    chat.hear("hello", who=ADA)
    chat.hear("hello", who=EVE)
    ada = sender(chat)
    assert chats(chat, tmp_path).forget(lambda each: each == ada) == 1
    assert chat.people.find(ADA) is None
    assert chat.people.find(EVE) is not None


def test_a_sender_of_another_channel_removes_nobody(chat: ChatStore, tmp_path: Path) -> None:
    chat.hear("hello", who=ADA)
    chats(chat, tmp_path).forget_sender(f"web:{sender(chat).removeprefix('wa:')}")
    assert chat.people.find(ADA) is not None


def test_old_people_go_by_themselves(chat: ChatStore, tmp_path: Path) -> None:
    chat.replied("hello")
    chat.clock.advance(days=31)
    assert chats(chat, tmp_path).purge(timedelta(days=30)) == 2
    assert chat.rows(people) == chat.rows(replies) == []


def test_the_hourly_sweep_overwrites_what_was_answered(chat: ChatStore, tmp_path: Path) -> None:
    chat.hear(CANARY)
    (turn,) = chat.claim()
    chat.answer(turn, "hello")
    chats(chat, tmp_path).purge(timedelta(days=30))
    assert CANARY.encode() not in raw_bytes(tmp_path)


def test_a_message_that_is_delivered_again_after_that_is_not_answered(chat: ChatStore) -> None:
    message = chat.message("hello", name="wamid.1")
    chat.inbox.receive([message])
    chat.forgetting.forget_sender(sender(chat))
    assert chat.inbox.receive([message]) == 0
