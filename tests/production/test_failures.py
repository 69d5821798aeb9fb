"""A part of production fails in the middle of conversations over the proxy.

``MESOBOT_OUTAGE_SECONDS=60`` makes the outages of the databases as long as that.
"""

from __future__ import annotations

import base64
import json
import os
import re
import time

import pytest
from sqlalchemy import create_engine, text

from deploy.rehearsal.topology import Topology
from tests.faults.test_conversations_database import kept
from tests.production.visitors import (
    EMERGENCY,
    POLLING,
    killed,
    new_route,
    opened,
    opened_at,
    resumes,
    until_printed,
    until_reconnected,
)
from tests.web.browser import Browsers, Tab

GONE = ("away", "hanging")
OUTAGE = float(os.environ.get("MESOBOT_OUTAGE_SECONDS", "12"))
IN_TIME = 10.0
CONTACT = "+90 543 197 43 20"


def ask(tab: Tab, text_: str) -> str:
    """The reply, which must come in time."""
    began = time.monotonic()
    reply = tab.ask(text_, seconds=20)
    assert time.monotonic() - began < IN_TIME, text_
    return str(reply["text"])


def booked(tab: Tab, *answers: str) -> str:
    """The last reply to the answers of a form."""
    return [ask(tab, answer) for answer in answers][-1]


FORM = ("i want to book an appointment", "1", "Zeliha", "0532 444 77 21", "6", "any", "yes")


def requests_of(topology: Topology) -> int:
    engine = create_engine(topology.environment["MESOBOT_REQUESTS_DB"])
    with engine.connect() as connection:
        count = connection.execute(text("select count(*) from requests")).scalar()
    engine.dispose()
    return int(count or 0)


def user_messages(topology: Topology, token: str) -> list[str]:
    """What Rasa has understood in a session, as often as it did."""
    payload = token.partition(".")[0]
    session = json.loads(base64.urlsafe_b64decode(payload + "=="))["s"]
    return kept(topology.environment["MESOBOT_TRACKER_DB"], f"web:{session}")


@pytest.mark.parametrize("transports", [("websocket",), POLLING], ids=["websocket", "polling"])
def test_a_conversation_survives_its_rasa_process(
    topology: Topology, browsers: Browsers, transports: tuple[str, ...]
) -> None:
    probe, route = opened_at(browsers, topology, 0)
    tab = browsers.session(topology.url, probe.token, route=route, transports=transports)
    assert "automated assistant" in ask(tab, "does it hurt?")
    assert "What is your name?" in booked(tab, "i want to book an appointment", "1")
    resumes(tab, tab.messages[-1]["seq"])
    with killed(topology, 0):
        session = until_reconnected(tab, 2)
        assert session["restored"] is True
        assert tab.wait_for("history") == {"messages": [], "complete": True}
        assert "What is your WhatsApp number?" in ask(tab, "Zeliha")  # the same place in the form
        assert "automated assistant" not in ask(tab, "is it safe?")
        assert ask(tab, EMERGENCY).startswith("This can be an emergency. Call 112")
        # Another tab of it sees all of it, and hears what comes.
        other = browsers.session(topology.url, tab.token, route=route)
        seen = other.wait_for("history")["messages"]
        assert [m["seq"] for m in seen] == list(range(1, len(seen) + 1))
        ask(tab, "any downtime?")
        assert other.wait_for("message", 2)["text"] == tab.messages[-1]["text"]


def test_postgresql_is_away_in_the_middle(topology: Topology, browsers: Browsers) -> None:
    """F10: answers go on, the hand-off is honest, and what was said is written afterwards, once."""
    asking, booking = (browsers.session(topology.url, route=new_route()) for _ in range(2))
    ask(asking, "does it hurt?")
    assert "Shall I send it?" in booked(booking, *FORM)
    before = requests_of(topology)
    with topology.postgresql.shut_down():
        began = time.monotonic()
        assert "automated assistant" not in ask(asking, "is it safe?")
        assert ask(asking, EMERGENCY).startswith("This can be an emergency. Call 112")
        refused = ask(booking, "yes")
        assert "Saved" not in refused
        assert CONTACT in refused
        new = browsers.session(topology.url, route=new_route())
        assert "automated assistant" in ask(new, "how many sessions do i need?")
        while time.monotonic() - began < OUTAGE:
            assert ask(asking, "does it hurt?")
            time.sleep(3)
    until_printed(topology, "conversations are in the database again")
    time.sleep(6)  # the website's messages: a database that failed is left alone for a moment
    saved = ask(booking, "book")
    reference = re.search(r"M-\w{6}", saved)
    assert reference or "Saved" in ask(booking, "yes")
    assert requests_of(topology) == before + 1
    for tab in (asking, booking, new):
        ask(tab, "any downtime?")
        again = browsers.session(topology.url, tab.token, route=new_route())
        assert again.wait_for("history")["messages"] == tab.messages


@pytest.mark.parametrize("fault", ["flushed", "restarted", "away", "hanging"])
def test_redis_fails_in_the_middle(topology: Topology, browsers: Browsers, fault: str) -> None:
    """F17: no turn is lost, and an emergency is answered without it, too."""
    tab, other = (browsers.session(topology.url, route=new_route()) for _ in range(2))
    ask(tab, "i want to book an appointment")
    if fault == "flushed":
        topology.redis.flush()
        assert "name" in ask(tab, "1")
    elif fault == "restarted":
        with topology.redis.away():
            pass
        assert "name" in ask(tab, "1")
    else:
        broken = topology.redis.away if fault == "away" else topology.redis.standing_still
        with broken():
            assert "name" in ask(tab, "1")
            assert ask(other, EMERGENCY).startswith("This can be an emergency. Call 112")
            assert "WhatsApp number" in ask(tab, "Zeliha")
    assert "What is it about?" in booked(
        tab, *(() if fault in GONE else ("Zeliha",)), "0532 444 77 22"
    )
    assert [m["seq"] for m in tab.messages] == list(range(1, len(tab.messages) + 1))


def test_the_action_server_is_killed_and_comes_back(topology: Topology, browsers: Browsers) -> None:
    tab, _ = opened(browsers, topology, new_route())
    for keeper in (topology.kept["actions"], topology.kept["relay"]):
        keeper.hold()
        keeper.kill()
    assert "relatively painless" in ask(tab, "does it hurt?")
    assert CONTACT in ask(tab, "i want to book an appointment")
    for name in ("actions", "relay"):
        topology.kept[name].release()
    topology.wait_for_actions()
    assert "How should the clinic reach you?" in ask(tab, "i want to book an appointment")


def test_tabs_at_two_processes_are_one_conversation(topology: Topology, browsers: Browsers) -> None:
    """As after a failure: one tab has stayed where it fled to, another one begins at home."""
    here, _ = opened_at(browsers, topology, 0)
    other, route = opened_at(browsers, topology, 1)
    other.close()
    ask(here, "i want to book an appointment")
    there = browsers.session(topology.url, here.token, route=route, last_seq=0)
    assert there.wait_for("history")["messages"] == here.messages
    # Each hears what is said in the other, in the same order.
    assert "name" in ask(here, "1")
    there.wait_for("message", 2)
    assert "WhatsApp number" in ask(there, "Zeliha")
    here.wait_for("message", 6)
    assert there.messages == here.messages[2:]
    # Sent again at the other process, because the acknowledgement got lost: the same message.
    ack = here.send("0532 444 77 23", turn="one-and-the-same")
    here.wait_for("message", 8)
    assert there.send("0532 444 77 23", turn="one-and-the-same") == ack
    assert "When would you like" in ask(there, "6")
    here.wait_for("message", 10)
    assert [m["seq"] for m in here.messages] == list(range(1, 11))
    # Erased in one, gone in both.
    assert there.emit("clear")["ok"] is True
    here.wait_for("cleared")
    assert here.token != there.token
    assert "automated assistant" in ask(here, "does it hurt?")


def test_a_message_is_not_understood_twice_when_its_tab_moves(
    topology: Topology, browsers: Browsers
) -> None:
    """The tab reconnects elsewhere while its first process is still making the reply."""
    here, _ = opened_at(browsers, topology, 0)
    other, route = opened_at(browsers, topology, 1)
    other.close()
    ask(here, "does it hurt?")
    with topology.kept["actions"].standing_still():  # the turn takes 4.5 seconds
        ack = here.send("i want to book an appointment")
        time.sleep(0.5)
        there = browsers.session(topology.url, here.token, route=route, last_seq=ack["seq"])
        assert there.events("session")[0]["busy"] is True
        assert CONTACT in there.wait_for("message")["text"]
    here.wait_for("message", 4)
    time.sleep(1)
    assert here.messages[-1:] == there.messages
    assert user_messages(topology, here.token) == ["does it hurt?", "i want to book an appointment"]
