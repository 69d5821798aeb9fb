"""What the public can reach: the chat through the proxy, and nothing else."""

from __future__ import annotations

import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from deploy.rehearsal.topology import Topology
from tests.production.visitors import POLLING, connections, new_route, opened
from tests.web.browser import Browsers


def status(topology: Topology, path: str, body: bytes | None = None, **headers: str) -> int:
    context = ssl.create_default_context(cafile=str(topology.nginx.certificate))
    request = urllib.request.Request(topology.url + path, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


def test_the_chat_is_there(topology: Topology) -> None:
    for path in ("/chat/", "/chat/config", "/chat/mesobot.js"):
        assert status(topology, path) == 200, path
    assert status(topology, "/healthz") == 204


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/webhooks/rest/webhook", "/webhooks/rest/", "/webhook", "/health", "/actions"),
        *("/conversations/web:x/tracker", "/model", "/domain", "/status", "/version"),
        *("/chat/health", "/chat/../webhooks/rest/webhook", "/webhooks/whatsapp/"),
    ],
)
def test_nothing_else_is(topology: Topology, path: str) -> None:
    assert status(topology, path) == 404
    body = b'{"sender": "me", "message": "does it hurt?"}'
    assert status(topology, path, body, **{"Content-Type": "application/json"}) in (404, 405)


def test_even_inside_the_rest_channel_is_not_there(topology: Topology) -> None:
    for port in topology.rasa_ports:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/webhooks/rest/", timeout=10)


def test_everything_listens_on_loopback_only(topology: Topology) -> None:
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {each[1] for each in lines if each[3] == "0A"}
    ours = (*topology.rasa_ports, topology.actions_port, topology.redis.port)
    for port in (*ours, topology.postgresql.port, topology.nginx.https_port):
        assert {each for each in listening if each.endswith(f":{port:04X}")} == {
            f"0100007F:{port:04X}"
        }


def test_plain_http_is_sent_to_https(topology: Topology) -> None:
    with socket.create_connection(("127.0.0.1", topology.nginx.http_port), timeout=10) as client:
        client.sendall(b"GET /chat/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = client.makefile().read()
    assert answer.startswith("HTTP/1.1 301")
    assert "https://localhost/chat/" in answer


def test_another_name_gets_no_handshake(topology: Topology) -> None:
    context = ssl.create_default_context(cafile=str(topology.nginx.certificate))
    address = ("127.0.0.1", topology.nginx.https_port)
    with (
        socket.create_connection(address, timeout=10) as client,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(client, server_hostname="evil.test")


def test_a_body_that_is_too_large_goes_no_further(topology: Topology) -> None:
    path = "/chat/socket.io/?EIO=4&transport=polling&sid=x"
    assert status(topology, path, b"x" * 40_000) == 413


def test_a_foreign_page_is_refused_on_both_transports(
    topology: Topology, browsers: Browsers
) -> None:
    for transports in (POLLING, ("websocket",)):
        tab = browsers.open(topology.url, origin="https://evil.test", transports=transports)
        assert tab.wait_for("connect_error")["status"] == 403


def test_what_a_visitor_says_about_its_address_is_not_believed(topology: Topology) -> None:
    """Otherwise whoever writes the header escapes every limit: 60 connections at once."""
    path = "/chat/socket.io/?EIO=4&transport=polling"
    for number in range(3):
        assert status(topology, path, **{"X-Forwarded-For": f"203.0.113.{number}"}) == 200


def test_polling_stays_with_one_process(topology: Topology, browsers: Browsers) -> None:
    """Its requests know of the session only where it began; here ten of them go to and fro."""
    for _ in range(6):
        tab = browsers.session(topology.url, route=new_route(), transports=POLLING)
        assert "relatively painless" in tab.ask("does it hurt?")["text"]
        assert "Bad Request" not in str(tab.events("connect_error"))
        assert tab.names.count("disconnect") == 0
        tab.close()


def test_conversations_are_spread_and_tabs_stay_together(
    topology: Topology, browsers: Browsers
) -> None:
    places = {}
    for _ in range(12):
        route = new_route()
        tab, places[route] = opened(browsers, topology, route)
        tab.close()
    assert set(places.values()) == {0, 1}
    for route, place in list(places.items())[:4]:
        assert opened(browsers, topology, route)[1] == place
    assert sum(connections(port) for port in topology.rasa_ports) >= 4
