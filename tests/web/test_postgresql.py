"""The website's chat with conversations and requests in PostgreSQL: all that is kept, and goes."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, text

from mesobot.chats.forgetting import Chats
from mesobot.consultation.clock import utc_now
from mesobot.running import free_port, rasa_command
from tests.faults.action_peers import ActionServer
from tests.postgresql import new_database
from tests.scenarios.conftest import Assistant, running
from tests.web.browser import Browsers
from tests.web.conftest import MANY


def rows_about(url: str, word: str) -> int:
    """In all that the database has of conversations."""
    ours = "select count(*) from web_messages where content like :word"
    rasas = "select count(*) from events where data like :word"
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [connection.execute(text(query), {"word": f"%{word}%"}) for query in (ours, rasas)]
        total = sum(int(result.scalar_one()) for result in found)
    engine.dispose()
    return total


@contextmanager
def server(folder: Path, url: str, port: int, actions: int) -> Iterator[Assistant]:
    with running(
        rasa_command(port), folder, ready="/chat/", MESOBOT_PORT=str(port),
        MESOBOT_WEB_BURST="100", **MANY,
        MESOBOT_TRACKER_DB=url, MESOBOT_ACTIONS_URL=f"http://127.0.0.1:{actions}/webhook",
    ) as started:  # fmt: skip
        yield started


@contextmanager
def action_server(folder: Path, url: str) -> Iterator[int]:
    places = {"MESOBOT_TRACKER_DB": url, "MESOBOT_REQUESTS_DB": new_database()}
    started = ActionServer({**places, "MESOBOT_STATE": str(folder / "state")})
    try:
        yield started.port
    finally:
        started.kill()


def test_a_chat_is_shown_again_goes_on_after_a_kill_and_is_erased(
    browsers: Browsers, tmp_path: Path
) -> None:
    url, port = new_database(), free_port()
    with action_server(tmp_path, url) as actions:
        with server(tmp_path, url, port, actions) as first:
            leaving, staying = (browsers.session(port) for _ in range(2))
            leaving.ask("does it hurt? zebrafink")
            reloaded = browsers.session(port, leaving.token)
            assert reloaded.wait_for("history") == {"messages": leaving.messages, "complete": True}
            # A whole request, then everything goes: what the website shows, what Rasa has.
            for answer in ("book", "2", "Ada Zebrafink", "zebrafink@quux.com", "6", "any", "yes"):
                leaving.ask(answer)
            saved = re.search(r"M-\w{6}", leaving.ask("yes")["text"])
            assert saved
            leaving.ask("forget me")
            leaving.send("yes")
            leaving.wait_for("cleared")
            farewell = browsers.wait(
                lambda line: "I deleted this chat" in line.get("data", {}).get("text", "")
            )
            assert saved[0] in farewell["data"]["text"]
            assert rows_about(url, "zebrafink") == 0
            staying.ask("does it hurt?")
            staying.ask("i want to book, otterly")
            assert rows_about(url, "otterly") > 0
            token, said = staying.token, staying.messages  # it will connect again, as somebody new
            os.killpg(first.process.pid, signal.SIGKILL)
            first.process.wait(timeout=10)
        with server(tmp_path, url, port, actions) as second:
            again = browsers.session(port, token)
            assert again.wait_for("history") == {"messages": said, "complete": True}
            assert "What is your name?" in again.ask("1")["text"]  # the form goes on
            assert again.emit("clear") == {"ok": True}
            assert rows_about(url, "otterly") == 0
            again.wait_for("cleared")
            assert "automated assistant" in again.ask("any downtime? kingfisher")["text"]
            printed = second.log.read_text(encoding="utf-8")
            assert "Traceback" not in printed
            assert not re.search("kingfisher|zebrafink|otterly", printed)
    assert Chats(url, lambda: utc_now() + timedelta(days=29)).purge(timedelta(days=30)) == 0
    assert rows_about(url, "kingfisher") > 0
    Chats(url, lambda: utc_now() + timedelta(days=31)).purge(timedelta(days=30))
    assert rows_about(url, "") == 0
