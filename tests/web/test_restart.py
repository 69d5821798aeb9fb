"""A server that stops loses nothing."""

import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesobot.running import free_port, rasa_command
from tests.scenarios.conftest import Assistant, running
from tests.web.browser import Browsers


@contextmanager
def server(folder: Path, port: int, actions: int) -> Iterator[Assistant]:
    with running(
        rasa_command(port), folder, ready="/chat/", MESOBOT_PORT=str(port),
        MESOBOT_ACTIONS_URL=f"http://127.0.0.1:{actions}/webhook",
    ) as started:  # fmt: skip
        yield started


def test_a_restart_loses_nothing(browsers: Browsers, tmp_path: Path) -> None:
    """Kept messages, a message without its reply, and the same session, after a kill."""
    port, actions = free_port(), free_port()
    with server(tmp_path, port, actions) as running_server:
        tab = browsers.session(port)
        tab.ask("does it hurt?")
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", actions))
            silent.listen(10)
            assert tab.send("i want to book an appointment") == {"ok": True, "seq": 3}
            time.sleep(1)
            os.killpg(running_server.process.pid, signal.SIGKILL)
            running_server.process.wait(timeout=10)
        tab.wait_for("disconnect")
        tab.order("auth", auth={"protocol": 1, "token": tab.token, "last_seq": 3})
    with server(tmp_path, port, actions):
        tab.wait_for("session", 2, seconds=30)
        assert tab.events("session")[1]["restored"] is True
        assert tab.wait_for("history") == {"messages": [], "complete": True}
        late = tab.wait_for("message", 4)
        assert (late["from"], late["seq"]) == ("bot", 4)
        assert "+90 543 197 43 20" in late["text"]
        reloaded = browsers.session(port, tab.token)
        assert reloaded.wait_for("history")["messages"] == tab.messages
        # Rasa remembers as well: no second greeting.
        assert "automated assistant" not in tab.ask("is it safe?")["text"]
        tab.close()
        reloaded.close()
        # Killed after Rasa had answered, before the reply was kept: not understood again.
        with sqlite3.connect(tmp_path / "conversations.db") as database:
            database.execute("delete from web_messages where seq = 6")
        events = "select count(*) from events where type_name = 'user'"
        before = database.execute(events).fetchone()
    with server(tmp_path, port, actions) as last:
        again = browsers.session(port, tab.token)
        reply = again.wait_for("message")
        assert reply["seq"] == 6
        assert reply["text"] == tab.messages[5]["text"]
        assert {k: v for k, v in reply.items() if k != "time"} == {
            k: v for k, v in tab.messages[5].items() if k != "time"
        }
        assert database.execute(events).fetchone() == before
    assert again.wait_for("disconnect")["reason"].startswith("transport")
    log = last.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "was destroyed" not in log  # Ctrl-C with an open tab leaves quietly


def test_a_database_that_fails_silences_nobody(browsers: Browsers, tmp_path: Path) -> None:
    port = free_port()
    database, away = tmp_path / "conversations.db", tmp_path / "away.db"
    with server(tmp_path, port, free_port()) as started:
        tab = browsers.session(port)
        tab.ask("does it hurt?")
        database.rename(away)
        database.mkdir()
        assert tab.ask("how many sessions do i need?")["seq"] == 4
        assert tab.ask("help my throat is swelling i cannot breathe")["alarm"]
        meanwhile = browsers.session(port, tab.token)
        assert len(meanwhile.wait_for("history")["messages"]) == 4
        assert meanwhile.events("history")[0]["complete"] is False
        database.rmdir()
        away.rename(database)
        time.sleep(5.5)  # a database that failed is left alone for a moment
        tab.ask("any downtime?")
        later = browsers.session(port, tab.token)
        assert later.wait_for("history") == {"messages": tab.messages, "complete": True}
        log = started.log.read_text(encoding="utf-8")
        assert "web.not_kept_yet" in log
        assert "sessions do i need" not in log
