"""The fake Graph API over HTTP: what it takes, refuses, throws, and posts to a webhook."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.waiting import wait_until
from tests.graph.connector import Connector
from tests.graph.payloads import Business, Person, encode, sign, text, webhook
from tests.graph.peer import GraphPeer, graph_peer
from tests.graph.settings import TEST

ADA = Person("TR.1", "905321234567")
MESSAGES = "/v23.0/1234567890/messages"
HELLO = {"messaging_product": "whatsapp", "to": ADA.phone, "type": "text", "text": {"body": "hi"}}


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphPeer]:
    with graph_peer(tmp_path_factory.mktemp("graph")) as started:
        yield started


@pytest.fixture
def connector(peer: GraphPeer) -> Iterator[Connector]:
    started = Connector()
    assert peer.subscribe(started.url)
    peer.receive(text(ADA, "hello"))
    wait_until(lambda: started.heard)
    yield started
    peer.calm()
    started.close()


def send(
    peer: GraphPeer, body: dict[str, Any] = HELLO, path: str = MESSAGES, token: str = "t0ken-word"
) -> tuple[int, dict[str, Any], dict[str, str]]:
    request = urllib.request.Request(peer.url + path, json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}"), dict(error.headers)


def refused(peer: GraphPeer, **call: Any) -> tuple[int, int]:
    status, answer, _ = send(peer, **call)
    return status, answer["error"]["code"]


def test_a_message_is_taken_kept_and_followed_by_statuses(
    peer: GraphPeer, connector: Connector
) -> None:
    status, answer, _ = send(peer)
    assert status == 200
    assert answer["contacts"] == [{"input": ADA.phone, "wa_id": ADA.phone}]
    taken = peer.accepted(str(ADA.phone))[-1]
    assert taken["id"] == answer["messages"][0]["id"]
    assert taken["body"] == HELLO
    wait_until(lambda: [each["status"] for each in connector.statuses()] == ["sent", "delivered"])
    kept = (peer.state / "diary.jsonl").read_text().splitlines()
    assert json.loads(kept[-1])["id"] == taken["id"]


def test_what_was_heard_is_signed_over_its_very_bytes(connector: Connector) -> None:
    signature, body = connector.heard[0]
    assert signature == sign(TEST["MESOBOT_WHATSAPP_APP_SECRET"], body)
    assert json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]["text"] == {
        "body": "hello"
    }


def test_a_webhook_that_is_not_taken_comes_again(peer: GraphPeer, connector: Connector) -> None:
    connector.script[:] = [500]
    peer.receive(text(ADA, "Ağrıyor mu? 😟"))
    wait_until(lambda: sum(b"A\\u011fr" in body for _, body in connector.heard) == 2)


def test_a_test_may_post_bytes_of_its_own(peer: GraphPeer, connector: Connector) -> None:
    body = encode(webhook(Business(), text(ADA, "hello")))
    assert peer.receive_raw(body, "sha256=wrong") == 200  # this connector takes everything
    assert connector.heard[-1] == ("sha256=wrong", body)


def test_without_the_right_word_there_is_no_subscription(
    peer: GraphPeer, connector: Connector
) -> None:
    assert not peer.subscribe(connector.url, "guessed")


def test_the_token_the_version_and_the_number_must_be_right(
    peer: GraphPeer, connector: Connector
) -> None:
    assert refused(peer, token="old") == (401, 190)
    assert refused(peer, path="/v22.0/1234567890/messages") == (400, 2500)
    assert refused(peer, path="/v23.0/999/messages") == (400, 100)
    assert refused(peer, body={**HELLO, "to": "4915112345678"}) == (400, 131026)


def test_faults_come_as_often_as_ordered(peer: GraphPeer, connector: Connector) -> None:
    peer.throw(code=131056, times=2, to=ADA.phone)
    peer.throw(code=130429, retry_after=7)
    assert [refused(peer)[1] for _ in range(2)] == [131056, 131056]
    status, _, headers = send(peer)
    assert (status, headers["Retry-After"]) == (429, "7")
    assert send(peer)[0] == 200
    peer.throw("500")
    assert send(peer)[0] == 500


def test_read_meets_only_the_faults_that_are_meant_for_it(
    peer: GraphPeer, connector: Connector
) -> None:
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    peer.throw("500")
    assert send(peer, mark)[0] == 200
    assert peer.marks()[-1] == mark
    peer.calm()
    peer.throw("500", marks=True)
    assert send(peer, mark)[0] == 500


def test_a_message_may_be_lost_before_or_after_it_was_taken(
    peer: GraphPeer, connector: Connector
) -> None:
    for kind, more in (("reset", 0), ("lost", 1)):
        before = len(peer.accepted())
        peer.throw(kind)
        with pytest.raises((ConnectionError, urllib.error.URLError, http.client.HTTPException)):
            send(peer)
        assert len(peer.accepted()) - before == more


def test_a_message_may_fail_after_it_was_taken(peer: GraphPeer, connector: Connector) -> None:
    peer.throw("failed", code=131026)
    assert send(peer)[0] == 200
    wait_until(lambda: "failed" in [each["status"] for each in connector.statuses()])


def test_after_24_hours_only_a_template_goes_out(peer: GraphPeer, connector: Connector) -> None:
    peer.close_window("905321234567")
    assert refused(peer) == (400, 131047)
    content = {"name": "new_request", "language": {"code": "en"}}
    words = [{"type": "text", "text": word} for word in ("M-7K3F9Q", "e-mail")]
    filled = {**content, "components": [{"type": "body", "parameters": words}]}
    template = {"messaging_product": "whatsapp", "to": ADA.phone, "type": "template"}
    assert send(peer, {**template, "template": filled})[0] == 200
    assert refused(peer, body={**template, "template": content}) == (400, 132000)
    other = {**filled, "name": "other"}
    assert refused(peer, body={**template, "template": other}) == (404, 132001)


def test_what_the_sender_calls_a_message_comes_back_with_its_statuses(
    peer: GraphPeer, connector: Connector
) -> None:
    send(peer, {**HELLO, "biz_opaque_callback_data": "reply-17"})
    wait_until(
        lambda: (
            "reply-17" in [each.get("biz_opaque_callback_data") for each in connector.statuses()]
        )
    )


def test_an_unknown_fault_is_refused(peer: GraphPeer) -> None:
    with pytest.raises(urllib.error.HTTPError):
        peer.throw("earthquake")


def test_360dialog_wants_another_header_and_no_path(tmp_path: Path) -> None:
    with graph_peer(tmp_path, "--anybody", MESOBOT_WHATSAPP_PROVIDER="360dialog") as dialog:
        assert refused(dialog) == (400, 2500)
        assert refused(dialog, path="/messages") == (401, 190)
        request = urllib.request.Request(f"{dialog.url}/messages", json.dumps(HELLO).encode())
        request.add_header("D360-API-KEY", "t0ken-word")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200
