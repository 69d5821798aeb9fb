"""F10: the database of the conversations fails while they are held."""

from __future__ import annotations

import itertools
import json
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests import postgresql
from tests.faults.conftest import BACK, EARLY, EARLY_WORDS, Fragile
from tests.faults.waiting import wait_until
from tests.scenarios.conftest import Assistant

IN_TIME = 10.0
_numbers = itertools.count(1)
AWAY = "conversations are in memory only"


class Talk:
    """One conversation, and what its patient said."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self.sender = f"database-{next(_numbers)}"
        self.said: list[str] = []
        self.longest = 0.0

    def says(self, *texts: str) -> str:
        """The last reply."""
        for each in texts:
            began = time.monotonic()
            reply = self._assistant.say(self.sender, each)["text"]
            self.longest = max(self.longest, time.monotonic() - began)
            self.said.append(each)
        return str(reply)


def kept(url: str, sender: str) -> list[str]:
    """What the database has of what a patient said."""
    query = text(
        "select data from events where sender_id = :sender and type_name = 'user' order by id"
    )
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(query, {"sender": sender}).scalars().all()
    engine.dispose()
    return [json.loads(row)["text"] for row in rows]


def times(assistant: Assistant, line: str) -> int:
    return assistant.log.read_text(encoding="utf-8", errors="replace").count(line)


def goes_on_without(
    fragile: Fragile, fault: AbstractContextManager[None], *, slow: bool = False
) -> None:
    """What every fault of the database must leave whole.

    A slow one comes with an action server that hangs, for the longest wait that there can be.
    """
    assistant = fragile.assistant
    away, back = times(assistant, AWAY), times(assistant, BACK)
    asking, booking, new, both = (Talk(assistant) for _ in range(4))
    asking.says("does it hurt?")
    booking.says("i want to book an appointment", "1", "Zeliha")
    with fault:
        assert "What is it about?" in booking.says("0532 444 77 99")
        assert "automated assistant" not in asking.says("is it safe?"), "it forgot the talk"
        assert "How should the clinic reach you?" in new.says("can someone call me back")
        with fragile.gate.broken("hanging" if slow else "dead"):
            reply = both.says("help my throat is swelling i cannot breathe")
            assert reply.startswith("This can be an emergency. Call 112")
            assert "+90 543 197 43 20" in both.says("let me talk to a human")
        wait_until(lambda: times(assistant, AWAY) > away)
        assert times(assistant, AWAY) == away + 1
    wait_until(lambda: times(assistant, BACK) == back + 1, 30)
    assert "When would you like" in booking.says("6")
    for talk in (asking, booking, new, both):
        assert kept(fragile.chats, talk.sender) == talk.said
        assert talk.longest < IN_TIME


@contextmanager
def gone(file: Path) -> Iterator[None]:
    """Something else is in its place that cannot be opened."""
    aside = file.with_name("aside.db")
    file.rename(aside)
    file.mkdir()
    yield
    file.rmdir()
    aside.rename(file)


def write_back(file: Path) -> None:
    """Bring all from the write-ahead log into the file itself."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def corrupt(file: Path) -> Iterator[None]:
    write_back(file)
    whole = file.read_bytes()
    file.write_bytes(b"this is no database " * (len(whole) // 20))
    yield
    file.write_bytes(whole)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize("fault", [gone, corrupt, locked])
def test_the_file_is_of_no_use_for_a_while(
    fragile: Fragile, fault: Callable[[Path], AbstractContextManager[None]]
) -> None:
    file = fragile.assistant.log.with_name("conversations.db")
    Talk(fragile.assistant).says("hello")  # the file is there
    goes_on_without(fragile, fault(file), slow=fault is locked)


def test_the_disk_is_full_for_a_while(fragile: Fragile) -> None:
    file = fragile.assistant.log.with_name("conversations.db")
    process, unlimited = fragile.assistant.process.pid, resource.RLIM_INFINITY
    Talk(fragile.assistant).says("hello", "does it hurt?")

    @contextmanager
    def full() -> Iterator[None]:
        # No byte of any file of the process, as if there were no space.
        write_back(file)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (0, unlimited))
        yield
        resource.prlimit(process, resource.RLIMIT_FSIZE, (unlimited, unlimited))

    goes_on_without(fragile, full())


def test_what_was_said_before_the_database_was_there_is_kept_in_the_end(remote: Fragile) -> None:
    assert kept(remote.chats, EARLY) == [EARLY_WORDS]


@pytest.mark.parametrize("fault", [postgresql.shut_down, postgresql.standing_still])
def test_postgresql_is_away_for_a_while(
    remote: Fragile, fault: Callable[[], AbstractContextManager[None]]
) -> None:
    goes_on_without(remote, fault(), slow=fault is postgresql.standing_still)
