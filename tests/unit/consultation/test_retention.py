"""What is kept for too long goes by itself, and only then."""

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from mesobot.chats.forgetting import Chats
from mesobot.consultation.database import open_database
from mesobot.consultation.delivery.catcher import keep_mail
from mesobot.consultation.questionnaire import Retention, load_questionnaire
from mesobot.consultation.request import State
from mesobot.consultation.retention import Sweeper, Swept, keep_sweeping, last_sweep
from mesobot.knowledge.source import ContentError
from mesobot.paths import CLINIC
from tests.unit.chat_rows import make_events, say, senders
from tests.unit.consultation.requests import GIVEN_AT, Store

KEPT = Retention(requests=180, chats=30)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(open_database(f"sqlite:///{tmp_path / 'requests.db'}"))


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    path = tmp_path / "chats.db"
    make_events(path)
    return path


def sweeper(store: Store, chats: Path) -> Sweeper:
    conversations = Chats(f"sqlite:///{chats}", store.clock)
    return Sweeper(store.privacy, conversations, chats.parent / "mail", KEPT, store.clock)


def state(store: Store, reference: str) -> State | None:
    found = store.service.find(reference)
    return found.state if found else None


def test_a_request_is_erased_when_nobody_touched_it_for_that_long(
    store: Store, chats: Path
) -> None:
    untouched, claimed = (store.submit(form=form) for form in "12")
    store.clock.advance(days=10)
    store.service.claim(claimed, "Deniz")
    store.clock.advance(days=171)
    assert sweeper(store, chats).sweep() == Swept(erased=1, deleted=0, chat_events=0, mails=0)
    assert state(store, untouched) is State.ERASED
    assert state(store, claimed) is State.CLAIMED
    store.clock.advance(days=181)
    swept = sweeper(store, chats).sweep()
    assert (swept.deleted, swept.erased) == (1, 1)
    assert state(store, untouched) is None


def test_chats_go_by_their_own_time(store: Store, chats: Path) -> None:
    say(chats, "old", "hello", days_ago=31)
    say(chats, "young", "hello", days_ago=29)
    assert sweeper(store, chats).sweep().chat_events == 1
    assert senders(chats) == ["young"]


def test_kept_mails_go_when_old_or_when_their_request_was_erased_meanwhile(
    store: Store, chats: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    old = keep_mail(folder, b"Message-ID: <old@mesobot>\r\n\r\nAda")
    long_ago = (GIVEN_AT - timedelta(days=181)).timestamp()
    os.utime(old, (long_ago, long_ago))
    reference = store.submit(form="1")
    under_way = store.deliver_all()
    store.privacy.erase(reference, "Deniz")
    for message_id in under_way:  # a mail server that was slow
        keep_mail(folder, f"Message-ID: {message_id}\r\n\r\nAda".encode())
    other = keep_mail(folder, b"Message-ID: <other@mesobot>\r\n\r\nAda")
    assert sweeper(store, chats).sweep().mails == len(under_way) + 1
    assert list(folder.iterdir()) == [other]


def test_what_fails_keeps_nothing_else_from_being_erased(
    store: Store, chats: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chats.write_bytes(b"canary, no database" * 100)
    store.submit()
    store.clock.advance(days=181)
    swept = sweeper(store, chats).sweep()
    assert (swept.erased, swept.chat_events) == (1, None)
    printed = capsys.readouterr().out
    assert "retention failed" in printed
    assert "canary" not in printed


def test_it_goes_on_until_stopped_and_says_when_it_was(
    store: Store, chats: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = store.submit()
    store.clock.advance(days=181)
    status = tmp_path / "retention.json"

    async def run() -> None:
        stopping = asyncio.Event()
        pace = timedelta(seconds=0.01)
        work = sweeper(store, chats)
        running = asyncio.create_task(keep_sweeping(work, status, store.clock, stopping, pace))
        while capsys.readouterr().out.count("deleted=1") == 0:
            await asyncio.sleep(0.02)
            store.clock.advance(days=181)
        stopping.set()
        await running

    asyncio.run(asyncio.wait_for(run(), 20))
    assert state(store, reference) is None
    assert last_sweep(status) is not None
    assert set(json.loads(status.read_text())) >= {"swept_at", "erased", "chat_events"}


def test_a_status_that_is_none_is_no_sweep(tmp_path: Path) -> None:
    file = tmp_path / "retention.json"
    assert last_sweep(file) is None
    for text in ("", "[]", "{}", '{"swept_at": "yesterday"}', '{"swept_at": "2026-03-02"}'):
        file.write_text(text)
        assert last_sweep(file) is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("chats: 30}", "chats: 31}", "31 days"),
        ("requests: 180,", "requests: 365,", "365 days"),
        ("chats: 30}", "chats: 0}", "whole days"),
        ("requests: 180, ", "", "whole days"),
    ],
)
def test_the_privacy_notice_names_what_is_set(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    text = (CLINIC / "consultation.yml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "consultation.yml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load_questionnaire(file)
    assert complaint in "\n".join(problem.message for problem in raised.value.problems)
