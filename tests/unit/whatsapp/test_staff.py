"""Staff take chats over, give them back, and see what the assistant left to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mesobot.chats.whatsapp.left_to_staff import LeftToStaff
from mesobot.chats.whatsapp.people import Address
from mesobot.chats.whatsapp.tables import InboxState, ReplyState
from mesobot.consultation.encryption import Sealer
from mesobot.staff.whatsapp import app
from tests.unit.whatsapp.store import ADA, EVE, LEASE, ChatStore

RUNNER = CliRunner()


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatStore]:
    url = f"sqlite:///{tmp_path / 'requests.db'}"
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", url)
    monkeypatch.delenv("MESOBOT_ENCRYPTION_KEY", raising=False)
    with ChatStore(url) as store:
        yield store


def run(*words: str, code: int = 0) -> str:
    done = RUNNER.invoke(app, words)
    assert done.exit_code == code, done.output
    return done.output


def is_muted(chat: ChatStore) -> bool:
    person = chat.people.find(ADA)
    assert person
    return person.muted_until is not None


def leave_something(chat: ChatStore) -> None:
    chat.hear("is it late?", who=ADA)
    (turn,) = chat.claim()
    chat.inbox.settle(turn, InboxState.REVIEW)
    chat.replied("a late\nanswer", who=EVE)
    (reply,) = chat.outgoing.claim(1, LEASE)
    chat.outgoing.give_up(reply, ReplyState.REVIEW, "error 131047")


def test_a_chat_is_taken_and_given_back(chat: ChatStore) -> None:
    chat.hear("hello", who=ADA)
    assert "keeps out" in run("mute", f"+{ADA.phone}", "--hours", "2")
    assert is_muted(chat)
    assert "answers in this chat again" in run("release", "+90 532 123 45 67")
    assert not is_muted(chat)


def test_what_cannot_be_done_is_said(chat: ChatStore) -> None:
    assert "country code" in run("mute", "0532 123 45 67", code=2)
    assert "Nobody" in run("release", "+905320000000", code=1)


def test_what_is_left_is_shown_until_it_is_seen_to(chat: ChatStore) -> None:
    assert "Nothing" in run("review")
    leave_something(chat)
    first, second = run("review").splitlines()
    assert first.endswith(f"+{ADA.phone}  the patient: is it late?")
    assert second.endswith(f"+{EVE.phone}  our reply, not delivered: a late answer")
    assert "Seen to: 2" in run("review", "--done")
    assert "Nothing" in run("review")
    assert "late" not in chat.everything()


def test_it_is_counted_without_reading_it(chat: ChatStore) -> None:
    left = LeftToStaff(chat.engine, Sealer(), chat.people)
    assert left.count() == 0
    leave_something(chat)
    assert left.count() == 2
    assert [each.address for each in left.all()] == [ADA, EVE]


def test_somebody_without_a_number_is_shown_too(chat: ChatStore) -> None:
    chat.hear("hello", who=Address(None, "TR.9"))
    (turn,) = chat.claim()
    chat.inbox.settle(turn, InboxState.REVIEW)
    assert "a hidden number" in run("review")
