"""Who may call the action server, how much it takes, and what its errors say: a real process."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mesobot import paths
from mesobot.action_server import LARGEST_CALL, TOKEN_VARIABLE, authorisation
from mesobot.running import actions_command, free_port, wait_for

TOKEN = "a-token-of-the-tests-with-40-characters"
CANARY = "Canary Quux, 0532 111 22 33"


@dataclass
class Door:
    port: int
    log: Path

    def call(self, body: bytes, token: str | None = TOKEN, **headers: str) -> tuple[int, str]:
        """Status and body of the answer."""
        sent = {"Content-Type": "application/json", **headers}
        if token is not None:
            sent["Authorization"] = authorisation(token)
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/webhook", body, sent)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def door(tmp_path_factory) -> Iterator[Door]:
    folder, port = tmp_path_factory.mktemp("actions"), free_port()
    log = folder / "log"
    environment = {**os.environ, "MESOBOT_STATE": str(folder), TOKEN_VARIABLE: TOKEN}
    with log.open("wb") as output:
        process = subprocess.Popen(
            actions_command(port), cwd=paths.ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        assert wait_for(f"http://127.0.0.1:{port}/health", 60), log.read_text()
        yield Door(port, log)
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert CANARY not in log.read_text()


def call_of(action: str, **tracker: object) -> bytes:
    tracker = {"sender_id": "web:a", "slots": {}, "events": [], "latest_message": {}, **tracker}
    call = {"next_action": action, "tracker": tracker, "domain": {}, "version": "3.6.21"}
    return json.dumps(call).encode()


def test_rasas_own_call_is_taken(door: Door) -> None:
    status, answer = door.call(call_of("action_start_consultation"))
    assert status == 200
    assert json.loads(answer)["events"][1]["value"] is True


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "é" * 40])
def test_who_does_not_know_the_token_is_refused(door: Door, token: str | None) -> None:
    body = call_of("action_start_consultation", sender_id=CANARY)
    if token and not token.isascii():
        token = token.encode().decode("latin-1")
    assert door.call(body, token)[0] == 401


def test_errors_say_nothing_of_the_conversation(door: Door) -> None:
    broken = call_of("action_submit_consultation", slots=None, sender_id=CANARY)
    for body in (broken, b'{"canary": "' + CANARY.encode(), b'["' + CANARY.encode() + b'"]'):
        status, answer = door.call(body)
        assert status >= 400 or "false" in answer
        assert CANARY not in answer
        assert "Traceback" not in answer
    status, answer = door.call(call_of("action_nobody_has", sender_id=CANARY))
    assert (status, json.loads(answer)["error"]) == (404, "unknown")


def test_a_call_that_is_too_large_or_packed_is_refused(door: Door) -> None:
    call = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    call.putrequest("POST", "/webhook")
    call.putheader("Authorization", authorisation(TOKEN))
    call.putheader("Content-Length", str(LARGEST_CALL + 1))
    call.endheaders(b"[1, ")
    assert call.getresponse().status == 413
    bomb = zlib.compress(b" " * 50_000_000)
    assert door.call(bomb, **{"Content-Encoding": "deflate"})[0] == 415


def test_it_does_not_start_without_a_token() -> None:
    environment = {**os.environ, TOKEN_VARIABLE: "short"}
    done = subprocess.run(
        actions_command(free_port()), cwd=paths.ROOT, env=environment, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert TOKEN_VARIABLE in done.stdout + done.stderr
