"""Conversations are removed for good: one, or those that are too old."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mesobot.channels.web.message import Author, Message
from mesobot.channels.web.transcript import Transcript
from mesobot.chats.database import chats_file, chats_url, open_chats
from mesobot.chats.erased import was_erased
from mesobot.chats.forgetting import Chats
from mesobot.consultation.transactions import DatabaseUnavailableError
from tests.unit.chat_rows import NOW, add, make_events, opened, say, senders
from tests.unit.consultation.requests import GIVEN_AT


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "chats.db"
    make_events(path)
    return path


@pytest.fixture
def url(chats_at: str) -> str:
    """A database in which Rasa has made its table."""
    make_events(chats_at)
    return chats_at


def chats(where: Path | str) -> Chats:
    url = f"sqlite:///{where}" if isinstance(where, Path) else where
    return Chats(url, lambda: GIVEN_AT)


def raw_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def some_traffic(file: Path) -> None:
    """Fills and splits pages, so that old bytes would lie about."""
    add(file, *({"sender_id": f"filler-{number}", "data": "x" * 300} for number in range(150)))


def test_a_conversation_goes_as_a_whole_and_no_other(url: str) -> None:
    for sender in ("web-1", "web-2", "web-1", "web-11"):
        say(url, sender, "hello")
    chats(url).forget_sender("web-1")
    assert senders(url) == ["web-2", "web-11"]


def test_conversations_are_chosen_by_a_test_of_their_sender(url: str) -> None:
    add(url, *({"sender_id": f"web-{number % 600}", "data": "hello"} for number in range(1200)))
    assert chats(url).forget(lambda sender: sender != "web-7") == 599
    assert senders(url) == ["web-7"] * 2
    assert chats(url).forget(lambda sender: sender == "nobody") == 0


def test_that_something_was_erased_is_kept_no_longer_than_chats(url: str) -> None:
    engine = open_chats(url)
    chats(url).forget_sender("web:1")
    with engine.connect() as connection:
        assert was_erased(connection, "web:1", NOW - 1)
        assert not was_erased(connection, "web:1", NOW + 1)
        assert not was_erased(connection, "web:2", NOW - 1)
    Chats(url, lambda: GIVEN_AT + timedelta(days=31)).purge(timedelta(days=30))
    with engine.connect() as connection:
        assert not was_erased(connection, "web:1", NOW - 1)


def test_not_even_the_files_hold_a_byte_of_what_was_said(file: Path, tmp_path: Path) -> None:
    some_traffic(file)
    say(file, "canary-sender", "canary-text")
    some_traffic(file)
    assert b"canary-text" in raw_bytes(tmp_path)
    chats(file).forget_sender("canary-sender")
    assert b"canary" not in raw_bytes(tmp_path)
    assert len(senders(file)) == 300


def test_what_was_said_too_long_ago_goes_and_the_rest_stays(url: str) -> None:
    say(url, "web-1", "canary-old", days_ago=30.1)
    say(url, "web-1", "young", days_ago=29.9)
    assert chats(url).purge(timedelta(days=30)) == 1
    assert senders(url) == ["web-1"]
    assert chats(url).purge(timedelta(days=30)) == 0


def test_the_purge_wipes_what_an_erasure_had_to_leave(file: Path, tmp_path: Path) -> None:
    say(file, "web-1", "canary-left")
    with sqlite3.connect(file) as database:
        database.execute("pragma secure_delete=off")
        database.execute("delete from events")
    assert b"canary-left" in raw_bytes(tmp_path)
    say(file, "web-1", "canary-old", days_ago=30.1)
    chats(file).purge(timedelta(days=30))
    assert b"canary" not in raw_bytes(tmp_path)


def test_where_nobody_has_said_anything_there_is_nothing_to_forget(tmp_path: Path) -> None:
    empty = chats(tmp_path / "none.db")
    empty.forget_sender("web-1")
    assert empty.forget(lambda _: True) == 0
    assert empty.purge(timedelta(days=1)) == 0
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "new.db").touch()  # as Rasa has it for a moment
    assert chats(tmp_path / "new.db").purge(timedelta(days=1)) == 0


def test_a_database_that_fails_is_said_without_anything_from_it(file: Path) -> None:
    file.write_bytes(b"canary, no database" * 100)
    with pytest.raises(DatabaseUnavailableError) as raised:
        chats(file).forget_sender("canary-sender")
    assert "canary" not in str(raised.value)


def test_the_setting_is_a_file_or_a_url() -> None:
    assert chats_url({"MESOBOT_TRACKER_DB": "/srv/chats.db"}) == "sqlite:////srv/chats.db"
    assert chats_file("sqlite:////srv/chats.db") == Path("/srv/chats.db")
    url = "postgresql://mesobot@db/chats"
    assert chats_url({"MESOBOT_TRACKER_DB": url}) == url
    assert chats_file(url) is None
    assert chats_url({"MESOBOT_TRACKER_DB": "postgres://mesobot@db/chats"}) == url
    assert chats_url({}).endswith("/conversations.db")


def test_what_the_website_shows_of_a_chat_goes_with_it(url: str) -> None:
    transcript = Transcript(url)
    for sender in ("web:1", "web:2"):
        say(url, sender, "hello")
        said = Message(1, Author.PATIENT, "t1", NOW, {"text": "hello"})
        transcript.add(sender, [said])
    chats(url).forget_sender("web:1")
    assert (transcript.after("web:1", 0, 9), senders(url)) == ([], ["web:2"])
    assert [message.seq for message in transcript.after("web:2", 0, 9)] == [1]
    assert Chats(url, lambda: GIVEN_AT + timedelta(days=40)).purge(timedelta(days=30)) == 2
    assert transcript.after("web:2", 0, 9) == []


def test_a_chat_that_only_the_website_knows_is_forgotten_too(chats_at: str) -> None:
    """Rasa's table is missing when it never answered."""
    transcript = Transcript(chats_at)
    transcript.add("web:1", [Message(1, Author.PATIENT, "t1", NOW, {"text": "hello"})])
    assert Chats(chats_at, lambda: GIVEN_AT).forget(lambda sender: sender == "web:1") == 1
    assert transcript.after("web:1", 0, 9) == []


@pytest.mark.parametrize("chats_at", ["postgresql"], indirect=True)
def test_on_postgresql_where_nobody_has_said_anything_there_is_nothing_to_forget(
    chats_at: str,
) -> None:
    chats(chats_at).forget_sender("web-1")
    assert chats(chats_at).forget(lambda _: True) == 0
    assert chats(chats_at).purge(timedelta(days=1)) == 0


@pytest.mark.parametrize("chats_at", ["postgresql"], indirect=True)
def test_forgetting_many_leaves_no_connections_behind(url: str) -> None:
    for number in range(20):
        chats(url).forget_sender(f"web-{number}")
    mine = "select count(*) from pg_stat_activity where datname = current_database()"
    with opened(url).connect() as connection:
        assert connection.execute(text(mine)).scalar_one() <= 2


def test_what_is_said_waits_for_the_disk_and_reading_for_nobody(tmp_path: Path) -> None:
    """NORMAL may lose what was committed when the power fails."""
    with open_chats(f"sqlite:///{tmp_path / 'chats.db'}").connect() as connection:
        pragmas = ("journal_mode", "synchronous", "secure_delete")
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert values == ["wal", 2, 1]
    assert (tmp_path / "chats.db-wal").exists(), "it is kept for the next turn"
