"""What was said is kept once, in order, and goes when it is erased."""

import json
import sqlite3
from pathlib import Path

import pytest

from mesobot.channels.web.answered import answered_before
from mesobot.channels.web.erasure import erase_conversation
from mesobot.channels.web.message import Author, Message
from mesobot.channels.web.transcript import ErasedError, Transcript
from mesobot.consultation.transactions import DatabaseUnavailableError

PATIENT, BOT = Author.PATIENT, Author.BOT


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "chats.db"
    monkeypatch.setenv("MESOBOT_TRACKER_DB", str(path))
    return path


@pytest.fixture
def transcript(file: Path) -> Transcript:
    return Transcript(f"sqlite:///{file}")


def message(seq: int, author: Author, turn: str, text: str = "hi") -> Message:
    return Message(seq, author, turn, 1_800_000_000.5, {"text": text})


def test_what_is_kept_comes_back(transcript: Transcript) -> None:
    said = [message(1, PATIENT, "a", "çok iyi 🫠"), message(2, BOT, "a")]
    assert transcript.add("web:1", said) == said
    assert transcript.after("web:1", 0, 200) == said
    assert transcript.after("web:1", 1, 200) == said[1:]
    assert transcript.after("web:2", 0, 200) == []


def test_the_newest_come_back_when_there_are_too_many(transcript: Transcript) -> None:
    transcript.add("web:1", [message(n, PATIENT, f"t{n}") for n in range(1, 11)])
    assert [m.seq for m in transcript.after("web:1", 0, 3)] == [8, 9, 10]


def test_a_new_database_in_the_place_of_the_old_one_is_used(
    transcript: Transcript, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript.add("web:1", [message(1, PATIENT, "a")])
    file.unlink()
    with pytest.raises(DatabaseUnavailableError, match="no such table"):
        transcript.after("web:1", 0, 200)
    with pytest.raises(DatabaseUnavailableError, match="a moment ago"):
        transcript.after("web:1", 0, 200)
    monkeypatch.setattr("mesobot.channels.web.transcript._PAUSE_AFTER_FAILURE", 0.0)
    transcript.add("web:1", [message(2, PATIENT, "b")])
    assert [m.seq for m in transcript.after("web:1", 0, 200)] == [2]


def test_a_message_as_browsers_get_it() -> None:
    assert message(3, PATIENT, "a").as_json() == {
        "seq": 3, "from": "patient", "time": "2027-01-15T08:00:00.500Z", "id": "a", "text": "hi",
    }  # fmt: skip
    assert "id" not in message(4, BOT, "a").as_json()


def test_writing_again_writes_nothing_twice(transcript: Transcript) -> None:
    said = [message(1, PATIENT, "a"), message(2, BOT, "a")]
    transcript.add("web:1", said)
    assert transcript.add("web:1", said) == said
    assert len(transcript.after("web:1", 0, 200)) == 2


def test_a_place_that_is_taken_is_not_taken_twice(transcript: Transcript) -> None:
    transcript.add("web:1", [message(1, PATIENT, "a"), message(2, BOT, "a")])
    late = transcript.add("web:1", [message(1, PATIENT, "b"), message(2, BOT, "b")])
    assert [m.seq for m in late] == [3, 4]


def test_a_reply_to_what_was_erased_is_not_written(transcript: Transcript, file: Path) -> None:
    transcript.add("web:1", [message(1, PATIENT, "a", "canary")])
    erase_conversation("web:1")
    with pytest.raises(ErasedError):
        transcript.add("web:1", [message(2, BOT, "a")])
    assert transcript.after("web:1", 0, 200) == []
    assert b"canary" not in file.read_bytes()


def test_erasing_takes_rasas_events_and_nobody_elses(transcript: Transcript, file: Path) -> None:
    transcript.add("web:1", [message(1, PATIENT, "a")])
    transcript.add("web:2", [message(1, PATIENT, "a")])
    with sqlite3.connect(file) as database:
        database.execute("create table events (id integer primary key, sender_id, type_name, data)")
        database.executemany(
            "insert into events (sender_id, type_name, data) values (?, 'user', '{}')",
            [("web:1",), ("web:2",)],
        )
    erase_conversation("web:1")
    with sqlite3.connect(file) as database:
        assert database.execute("select sender_id from events").fetchall() == [("web:2",)]
    assert transcript.after("web:1", 0, 200) == []
    assert len(transcript.after("web:2", 0, 200)) == 1


def test_erasing_where_nothing_was_said_is_fine(file: Path) -> None:
    erase_conversation("web:1")


def test_a_database_that_failed_is_left_alone_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "folder.db"
    path.mkdir()
    transcript = Transcript(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnavailableError, match="unable to open"):
        transcript.after("web:1", 0, 200)
    path.rmdir()
    with pytest.raises(DatabaseUnavailableError, match="a moment ago"):
        transcript.after("web:1", 0, 200)
    monkeypatch.setattr("mesobot.channels.web.transcript._PAUSE_AFTER_FAILURE", 0)
    assert transcript.after("web:1", 0, 200) == []


def test_what_rasa_had_answered_is_found(file: Path) -> None:
    url = f"sqlite:///{file}"
    assert answered_before(url, "web:1", "b") == []
    events = [
        ("user", {"event": "user", "message_id": "a", "text": "one"}),
        ("bot", {"event": "bot", "text": "answer to one"}),
        ("user", {"event": "user", "message_id": "b", "text": "two"}),
        ("action", {"event": "action"}),
        ("bot", {
            "event": "bot", "text": "first", "data": {"buttons": [{"title": "A"}]},
            "metadata": {"utter_action": "utter_x", "metadata": {"topics": ["x"]}},
        }),
        ("bot", {"event": "bot", "text": "second"}),
    ]  # fmt: skip
    with sqlite3.connect(file) as database:
        database.execute("create table events (id integer primary key, sender_id, type_name, data)")
        database.executemany(
            "insert into events (sender_id, type_name, data) values ('web:1', ?, ?)",
            [(kind, json.dumps(data)) for kind, data in events],
        )
    assert answered_before(url, "web:1", "b") == [
        {"text": "first", "buttons": [{"title": "A"}], "metadata": {"topics": ["x"]}},
        {"text": "second", "buttons": None, "metadata": None},
    ]
    assert answered_before(url, "web:1", "c") == []
    assert answered_before(url, "web:2", "b") == []
