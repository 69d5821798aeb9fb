"""Clear chat: gone on the server, and a new session in every tab."""

import sqlite3
import time

from tests.web.browser import Browsers
from tests.web.conftest import WebServer


def rows_about(web: WebServer, text: str) -> int:
    with sqlite3.connect(web.database) as database:
        ours = database.execute("select count(*) from web_messages where content like ?", [text])
        rasas = database.execute("select count(*) from events where data like ?", [text])
        return ours.fetchone()[0] + rasas.fetchone()[0]


def test_what_is_cleared_is_gone_everywhere(web: WebServer, browsers: Browsers) -> None:
    one = browsers.session(web.port)
    two = browsers.session(web.port, one.token)
    one.ask("does it hurt? zebrafink")
    two.wait_for("message", 2)
    before = one.token
    assert rows_about(web, "%zebrafink%") > 0
    assert one.emit("clear") == {"ok": True}
    assert rows_about(web, "%zebrafink%") == 0
    assert b"zebrafink" not in web.database.read_bytes()
    for tab in (one, two):
        tab.wait_for("cleared")
        session = tab.events("session")[-1]
        assert (session["restored"], session["seq"]) == (False, 0)
        assert tab.token != before
    assert one.token == two.token
    # The conversation is a new one, for Rasa too; both tabs go on with it.
    reply = two.ask("is it safe?")
    assert reply["seq"] == 2
    assert "automated assistant" in reply["text"]
    one.wait_for("message", 4)
    assert one.messages[-1] == reply


def test_a_tab_that_was_away_learns_that_it_was_cleared(web: WebServer, browsers: Browsers) -> None:
    one = browsers.session(web.port)
    one.ask("does it hurt?")
    before = one.token
    one.emit("clear")
    away = browsers.session(web.port, before, last_seq=2)
    assert away.events("session")[0]["restored"] is False
    assert away.token != before


def test_clearing_while_a_reply_is_due_brings_nothing_back(
    web: WebServer, browsers: Browsers
) -> None:
    with web.open_silent_actions():
        tab = browsers.session(web.port)
        assert tab.send("i want to book an appointment, ottokar")["ok"]
        assert tab.emit("clear", seconds=12) == {"ok": True}
    time.sleep(0.5)
    assert rows_about(web, "%ottokar%") == 0
    assert [m["from"] for m in tab.messages] == ["patient"]


def test_clearing_again_and_again_does_not_lift_the_limit(
    web: WebServer, browsers: Browsers
) -> None:
    tab = browsers.session(web.port)
    errors = [tab.emit("clear").get("error") for _ in range(7)]
    assert errors[:5] == [None] * 5
    assert errors[6] == "rate_limited"
