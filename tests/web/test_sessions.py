"""Who is who: sessions are the server's to give."""

import base64
import json
import time
from pathlib import Path

import pytest

from mesobot.running import free_port, rasa_command
from tests.scenarios.conftest import running
from tests.web.browser import Browsers
from tests.web.conftest import SITE, WebServer


def test_a_new_browser_gets_a_session_before_anything_else(
    web: WebServer, browsers: Browsers
) -> None:
    tab = browsers.session(web.port)
    session = tab.events("session")[0]
    assert (session["restored"], session["seq"], session["busy"]) == (False, 0, False)
    assert tab.names[:2] == ["connect", "session"]
    assert "history" not in tab.names


def test_a_reload_brings_back_what_was_said(web: WebServer, browsers: Browsers) -> None:
    first = browsers.session(web.port)
    reply = first.ask("does it hurt?")
    first.close()
    again = browsers.session(web.port, first.token)
    history = again.wait_for("history")
    assert again.events("session")[0]["restored"] is True
    assert again.events("session")[0]["seq"] == 2
    assert history == {"messages": first.messages, "complete": True}
    assert history["messages"][1] == reply


def test_only_what_is_new_is_brought_back(web: WebServer, browsers: Browsers) -> None:
    first = browsers.session(web.port)
    first.ask("does it hurt?")
    first.close()
    again = browsers.session(web.port, first.token, last_seq=1)
    assert [m["seq"] for m in again.wait_for("history")["messages"]] == [2]


def test_another_browser_that_names_my_session_gets_nothing(
    web: WebServer, browsers: Browsers
) -> None:
    mine = browsers.session(web.port)
    mine.ask("does it hurt?")
    payload, _, signature = mine.token.partition(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    forged = base64.urlsafe_b64encode(json.dumps(said | {"e": 2**33}).encode()).decode()
    attempts = [
        said["s"],
        f"web:{said['s']}",
        payload,
        f"{payload}.",
        f"{payload}.{signature[:-2]}",
        f"{forged.rstrip('=')}.{signature}",
        {"session_id": said["s"]},
        [mine.token],
        "x" * 5000,
        7,
    ]
    others = [browsers.session(web.port, attempt) for attempt in attempts]
    mine.ask("is it safe?")
    for other in others:
        assert other.events("session")[0]["restored"] is False
        assert other.token != mine.token
        assert other.messages == []
        assert "history" not in other.names
        other.emit("session_request", {"session_id": said["s"]})
        other.emit("user_uttered", {"message": "hi", "session_id": said["s"]})
    assert len(mine.messages) == 4


def test_two_tabs_of_a_session_hear_the_same(web: WebServer, browsers: Browsers) -> None:
    one = browsers.session(web.port)
    two = browsers.session(web.port, one.token, transports=["websocket"])
    one.ask("does it hurt?")
    two.ask("is it safe?")
    one.wait_for("message", 4)
    two.wait_for("message", 4)
    assert one.messages == two.messages
    assert [m["seq"] for m in one.messages] == [1, 2, 3, 4]


@pytest.mark.parametrize("transport", ["polling", "websocket"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{SITE}.evil.example", "http://www.clinic.example"]
)
def test_a_page_of_a_foreign_origin_is_refused(
    web: WebServer, browsers: Browsers, origin: str, transport: str
) -> None:
    tab = browsers.open(web.port, transports=[transport], origin=origin)
    assert tab.wait_for("connect_error")["status"] == 403
    assert "connect" not in tab.names


@pytest.mark.parametrize("transport", ["polling", "websocket"])
@pytest.mark.parametrize("origin", [SITE, "own"])
def test_pages_of_listed_origins_and_of_our_own_are_served(
    web: WebServer, browsers: Browsers, origin: str, transport: str
) -> None:
    named = f"http://127.0.0.1:{web.port}" if origin == "own" else origin
    tab = browsers.session(web.port, transports=[transport], origin=named)
    assert "relatively painless" in tab.ask("does it hurt?")["text"]


def test_an_old_widget_is_told_to_reload(web: WebServer, browsers: Browsers) -> None:
    tab = browsers.open(web.port, protocol=99)
    assert tab.wait_for("connect_error")["data"] == {
        "error": "protocol",
        "text": "Please reload this page.",
    }


def test_a_session_ends_when_nobody_comes_back_to_it_in_time(
    browsers: Browsers, tmp_path: Path
) -> None:
    """In real time, with a lifetime of ten seconds; each return renews the token."""
    lifetime, port = 10, free_port()
    with running(
        rasa_command(port, "credentials.public.yml"),
        tmp_path,
        ready="/chat/",
        MESOBOT_PORT=str(port),
        MESOBOT_ACTIONS_URL=f"http://127.0.0.1:{free_port()}/webhook",
        MESOBOT_WEB_SESSION_SECONDS=str(lifetime),
    ):
        first = browsers.session(port)
        first.ask("does it hurt?")
        began = first.events("session")[0]["expires"] - lifetime
        first.close()

        def come_back(token: str, second: float) -> dict[str, object]:
            time.sleep(max(0.0, began + second - time.time()))
            tab = browsers.session(port, token)
            session = tab.events("session")[0]
            if session["restored"]:
                assert len(tab.wait_for("history")["messages"]) == 2
            tab.close()
            return session

        renewed = come_back(first.token, 4)
        assert renewed["restored"]
        assert renewed["token"] != first.token
        assert renewed["expires"] >= began + 4 + lifetime
        assert come_back(first.token, lifetime - 3)["restored"], "the old token still counts"
        late = come_back(first.token, lifetime + 0.1)
        assert not late["restored"]
        assert (late["seq"], late["token"] in (first.token, renewed["token"])) == (0, False)
        assert come_back(str(renewed["token"]), lifetime + 1)["restored"], "renewed in time"
        end = float(str(renewed["expires"])) - began
        assert not come_back(str(renewed["token"]), end + 0.1)["restored"]
