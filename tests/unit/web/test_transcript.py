"""What was said is kept once, in order, and goes when it is erased."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection, Engine

from mesobot.channels.answered import answered_before
from mesobot.channels.web.erasure import erase_conversation
from mesobot.channels.web.message import Author, Message
from mesobot.channels.web.transcript import Transcript
from mesobot.chats.forgetting import ErasedError
from mesobot.consultation.transactions import DatabaseUnavailableError
from tests.unit.chat_rows import add, make_events, say, senders

PATIENT, BOT = Author.PATIENT, Author.BOT


@pytest.fixture
def transcript(chats_at: str) -> Transcript:
    return Transcript(chats_at)


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "conversations.db"
    transcript = Transcript(f"sqlite:///{file}")
    transcript.add("web:1", [message(1, PATIENT, "a")])
    file.unlink()
    with pytest.raises(DatabaseUnavailableError, match="no such table"):
        transcript.after("web:1", 0, 200)
    with pytest.raises(DatabaseUnavailableError, match="a moment ago"):
        transcript.after("web:1", 0, 200)
    monkeypatch.setattr(transcript, "_rests_until", 0.0)
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


def test_a_reply_to_what_was_erased_is_not_written(transcript: Transcript, tmp_path: Path) -> None:
    transcript.add("web:1", [message(1, PATIENT, "a", "canary")])
    erase_conversation("web:1")
    with pytest.raises(ErasedError):
        transcript.add("web:1", [message(2, BOT, "a")])
    assert transcript.after("web:1", 0, 200) == []
    assert not any(b"canary" in path.read_bytes() for path in tmp_path.iterdir())


def test_what_was_erased_before_it_was_written_is_not_written(transcript: Transcript) -> None:
    """It waited in the memory of one process while another one erased the conversation."""
    transcript.add("web:2", [message(1, PATIENT, "a")])  # the database has its tables
    waiting = replace(message(1, PATIENT, "a"), time=time.time())
    erase_conversation("web:1")
    with pytest.raises(ErasedError):
        transcript.add("web:1", [waiting, message(2, BOT, "a")])
    assert transcript.is_erased("web:1", waiting.time)
    assert not transcript.is_erased("web:2", waiting.time)
    transcript.add("web:1", [replace(waiting, time=time.time() + 1)])


def test_erasing_takes_rasas_events_and_nobody_elses(transcript: Transcript, chats_at: str) -> None:
    transcript.add("web:1", [message(1, PATIENT, "a")])
    transcript.add("web:2", [message(1, PATIENT, "a")])
    make_events(chats_at)
    for sender in ("web:1", "web:2"):
        say(chats_at, sender, "{}")
    erase_conversation("web:1")
    assert senders(chats_at) == ["web:2"]
    assert transcript.after("web:1", 0, 200) == []
    assert len(transcript.after("web:2", 0, 200)) == 1


def test_erasing_where_nothing_was_said_is_fine(chats_at: str) -> None:
    erase_conversation("web:1")


def test_many_that_begin_at_once_make_one_table(chats_at: str) -> None:
    transcripts = [Transcript(chats_at) for _ in range(8)]

    def begin(number: int) -> None:
        transcripts[number].add(f"web:{number}", [message(1, PATIENT, "a")])

    with ThreadPoolExecutor(len(transcripts)) as pool:
        list(pool.map(begin, range(len(transcripts))))
    assert all(len(transcripts[0].after(f"web:{number}", 0, 9)) == 1 for number in range(8))


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
    time.sleep(0.6)
    assert transcript.after("web:1", 0, 200) == []


def test_a_database_that_hangs_is_left_alone_for_as_long_as_it_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each attempt costs somebody that time; after a quick refusal nobody waits for long."""
    transcript = Transcript(f"sqlite:///{tmp_path / 'chats.db'}")

    @contextmanager
    def hang(_engine: Engine) -> Iterator[Connection]:
        time.sleep(0.9)
        raise DatabaseUnavailableError("no answer in time")
        yield

    with monkeypatch.context() as patched:
        patched.setattr("mesobot.channels.web.transcript.reading", hang)
        with pytest.raises(DatabaseUnavailableError, match="no answer in time"):
            transcript.after("web:1", 0, 200)
    time.sleep(0.6)
    with pytest.raises(DatabaseUnavailableError, match="a moment ago"):
        transcript.after("web:1", 0, 200)
    time.sleep(0.4)
    assert transcript.after("web:1", 0, 200) == []


def test_what_rasa_had_answered_is_found(chats_at: str) -> None:
    url = chats_at
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
    make_events(url)
    rows = [
        {"sender_id": "web:1", "type_name": kind, "data": json.dumps(data)} for kind, data in events
    ]
    add(url, *rows)
    assert answered_before(url, "web:1", "b") == [
        {"text": "first", "buttons": [{"title": "A"}], "metadata": {"topics": ["x"]}},
        {"text": "second", "buttons": None, "metadata": None},
    ]
    assert answered_before(url, "web:1", "c") == []
    assert answered_before(url, "web:2", "b") == []
