"""The page that plays the phone: what it serves, what it does, and that it is there only if asked."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.waiting import wait_until
from tests.graph.connector import Connector
from tests.graph.demo import demo_environment
from tests.graph.oracle import writer
from tests.graph.payloads import Json
from tests.graph.peer import GraphPeer, graph_peer

ADA = {"user_id": "TR.1", "phone": "905321234567", "name": "Ada"}
SHY = {"user_id": "TR.2", "phone": None, "name": "Shy"}


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphPeer]:
    with graph_peer(tmp_path_factory.mktemp("graph"), "--phone") as started:
        yield started


@pytest.fixture
def connector(peer: GraphPeer) -> Iterator[Connector]:
    started = Connector()
    assert peer.subscribe(started.url)
    yield started
    started.close()


def act(peer: GraphPeer, person: Json, kind: str, **more: str) -> None:
    peer.call("POST", "/phone/do", {"person": person, "kind": kind, **more})


def heard(connector: Connector) -> list[Json]:
    values = [json.loads(body)["entry"][0]["changes"][0]["value"] for _, body in connector.heard]
    return [message for value in values for message in value.get("messages", [])]


def test_the_page_and_its_parts_are_served_with_a_strict_policy(peer: GraphPeer) -> None:
    for name in ("", "phone.js", "bubbles.js", "marks.js", "phone.css", "site.css", "mark.svg"):
        with urllib.request.urlopen(f"{peer.url}/{name}", timeout=10) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.read()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{peer.url}/missing.js", timeout=10)


@pytest.mark.parametrize("person", [ADA, SHY])
def test_what_is_typed_reaches_the_connector(
    peer: GraphPeer, connector: Connector, person: Json
) -> None:
    act(peer, person, "text", text="does it hurt?")
    wait_until(lambda: heard(connector))
    (message,) = heard(connector)
    assert message["text"] == {"body": "does it hurt?"}
    assert (message["from_user_id"], message.get("from")) == (person["user_id"], person["phone"])


@pytest.mark.parametrize(
    "kind", ["voice", "image", "sticker", "document", "location", "button", "row", "reaction"]
)
def test_everything_else_does_too(peer: GraphPeer, connector: Connector, kind: str) -> None:
    act(peer, ADA, kind, choice="a", title="Yes", of="wamid.1")
    wait_until(lambda: heard(connector))
    types = {"voice": "audio", "button": "interactive", "row": "interactive"}
    assert heard(connector)[0]["type"] == types.get(kind, kind)


def test_the_diary_tells_both_sides(peer: GraphPeer, connector: Connector) -> None:
    after = len(peer.call("GET", "/phone/diary?after=0"))
    act(peer, ADA, "text", text="hello")
    writer(peer)[0].send_message(to=ADA["phone"], text="Hello!")
    said, answered = peer.call("GET", f"/phone/diary?after={after}")
    assert (said["kind"], said["person"], said["text"]) == ("said", "TR.1", "hello")
    assert (answered["kind"], answered["person"]) == ("message", "TR.1")
    act(peer, ADA, "read", of=answered["id"])
    wait_until(lambda: "read" in [each["status"] for each in connector.statuses()])


def test_staff_and_time_can_be_played_too(peer: GraphPeer, connector: Connector) -> None:
    peer.call("POST", "/phone/staff", {"person": ADA, "text": "Hello, this is Elif."})
    wait_until(lambda: any(b"smb_message_echoes" in body for _, body in connector.heard))
    act(peer, ADA, "text", text="hello")
    peer.call("POST", "/phone/later", {"person": ADA})
    with pytest.raises(Exception, match="Re-engagement"):
        writer(peer)[0].send_message(to=ADA["phone"], text="Hello!")


def test_another_site_cannot_send_in_a_patients_name(peer: GraphPeer) -> None:
    body = json.dumps({"person": ADA, "kind": "text", "text": "hello"}).encode()
    simple = {"Content-Type": "text/plain"}  # what a browser sends anywhere without asking
    request = urllib.request.Request(f"{peer.url}/phone/do", body, simple)
    with pytest.raises(urllib.error.HTTPError, match="415"):
        urllib.request.urlopen(request, timeout=10)


def test_tests_get_no_page(tmp_path: Path) -> None:
    with graph_peer(tmp_path) as plain, pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{plain.url}/", timeout=10)


def test_the_demo_uses_no_real_account() -> None:
    real = {
        "PATH": "/bin",
        "MESOBOT_WHATSAPP_TOKEN": "real",
        "MESOBOT_WHATSAPP_PROVIDER": "360dialog",
        "MESOBOT_STAFF_WHATSAPP": "+905321234567",
        "MESOBOT_SMTP_HOST": "mail.clinic.org",
        "MESOBOT_REQUESTS_DB": "postgresql://clinic",
        "MESOBOT_TRACKER_DB": "postgresql://clinic",
    }
    made = demo_environment(real, Path("/tmp/demo"))
    assert not {"real", "360dialog", "mail.clinic.org", "postgresql://clinic"} & set(made.values())
    assert made["MESOBOT_GRAPH_URL"].startswith("http://127.0.0.1:")
    assert made["PATH"] == "/bin"
    again = demo_environment(real, Path("/tmp/demo"))
    assert made["MESOBOT_WHATSAPP_APP_SECRET"] != again["MESOBOT_WHATSAPP_APP_SECRET"]
