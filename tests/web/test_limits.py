"""Who sends too much is told so, and nobody else notices."""

import uuid

import pytest

from mesobot.running import free_port, rasa_command
from tests.scenarios.conftest import running
from tests.web.browser import Browsers
from tests.web.conftest import WebServer


def many(count: int) -> list[dict[str, str]]:
    return [{"id": str(uuid.uuid4()), "text": "does it hurt?"} for _ in range(count)]


def test_a_burst_is_answered_and_the_rest_told_when_to_try_again(
    web: WebServer, browsers: Browsers
) -> None:
    tab = browsers.session(web.port)
    tab.order("flood", messages=many(30))
    browsers.wait(lambda _line: len(tab.flooded()) == 30)
    taken = [ack for ack in tab.flooded() if ack["ok"]]
    refused = [ack for ack in tab.flooded() if not ack["ok"]]
    assert 5 <= len(taken) <= 6
    assert {ack["error"] for ack in refused} == {"rate_limited"}
    assert all(1 <= ack["retry_after"] <= 3 and "112" in ack["text"] for ack in refused)
    tab.wait_for("message", 2 * len(taken))
    other = browsers.session(web.port)
    assert "relatively painless" in other.ask("does it hurt?", seconds=3)["text"]


def test_a_reconnection_does_not_lift_the_limit(web: WebServer, browsers: Browsers) -> None:
    tab = browsers.session(web.port)
    tab.order("flood", messages=many(8))
    browsers.wait(lambda _line: len(tab.flooded()) == 8)
    tab.close()
    again = browsers.session(web.port, tab.token)
    assert again.send("does it hurt?")["error"] == "rate_limited"


def test_a_flood_ends_the_connection(web: WebServer, browsers: Browsers) -> None:
    tab = browsers.session(web.port)
    tab.order("flood", messages=many(400))
    assert tab.wait_for("disconnect")["reason"] == "io server disconnect"
    assert "GoneError" not in web.log.read_text(encoding="utf-8")  # nor does it flood the log
    assert browsers.session(web.port, tab.token).events("session")[0]["restored"] is True


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_two_megabytes_end_the_connection_and_nothing_else(
    web: WebServer, browsers: Browsers, transport: str
) -> None:
    tab = browsers.session(web.port, transports=[transport])
    other = browsers.session(web.port)
    tab.order("flood", messages=[{"id": str(uuid.uuid4()), "text": "x" * 2_000_000}])
    assert tab.wait_for("disconnect")["reason"] in ("transport close", "transport error")
    assert "relatively painless" in other.ask("does it hurt?", seconds=3)["text"]


def test_an_address_has_limits_too(client_folder, browsers: Browsers, tmp_path) -> None:
    port = free_port()
    with running(
        rasa_command(port), tmp_path, ready="/chat/",
        MESOBOT_PORT=str(port), MESOBOT_ACTIONS_URL=f"http://127.0.0.1:{free_port()}/webhook",
        MESOBOT_WEB_ADDRESS_BURST="6", MESOBOT_WEB_ADDRESS_MESSAGES_A_MINUTE="6",
        MESOBOT_WEB_ADDRESS_CONNECTIONS="3",
    ):  # fmt: skip
        tabs = [browsers.session(port) for _ in range(3)]
        refused = browsers.open(port)
        assert refused.wait_for("connect_error")["status"] == 429
        acks = [tab.send("does it hurt?") for tab in tabs for _ in range(3)]
        assert [ack["ok"] for ack in acks].count(True) == 6
        assert acks[-1]["error"] == "rate_limited"
        tabs[0].close()
        refused.wait_for("connect")  # it has tried again in the meantime
