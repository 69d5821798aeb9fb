"""The fake Graph API as a process of its own, for tests."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mesobot import paths
from mesobot.running import free_port, wait_for
from tests.graph.payloads import Event, Json, webhook
from tests.graph.settings import TEST, read_settings


class GraphPeer:
    """What a test says to the server, and asks it."""

    def __init__(self, port: int, state: Path, account: Mapping[str, str]) -> None:
        self.port = port
        self.state = state
        self._account = account
        self.business = read_settings(account).business

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """For a connector that uses this server."""
        return {**self._account, "MESOBOT_GRAPH_URL": self.url}

    def receive(self, *events: Event) -> None:
        """Let somebody write; tried again until the connector takes it."""
        self.receive_webhook(webhook(self.business, *events))

    def receive_webhook(self, payload: Json) -> None:
        """Post a webhook of any shape, until it is taken."""
        self.call("POST", "/control/receive", {"payload": payload})

    def receive_once(self, payload: Json) -> tuple[int, float]:
        """Post a webhook a single time; the HTTP status (0 for no answer), and the seconds."""
        post = self.call("POST", "/control/receive", {"payload": payload, "once": True})
        return post["status"], post["seconds"]

    def receive_raw(self, body: bytes, signature: str) -> int:
        """Post bytes with a signature, a single time; the HTTP status."""
        order = {"raw": base64.b64encode(body).decode(), "signature": signature, "once": True}
        return int(self.call("POST", "/control/receive", order)["status"])

    def subscribe(self, url: str, verify_token: str | None = None) -> bool:
        """Offer webhooks to an address; whether it answered the challenge."""
        word = verify_token or self._account["MESOBOT_WHATSAPP_VERIFY_TOKEN"]
        order = {"url": url, "verify_token": word}
        return bool(self.call("POST", "/control/subscribe", order)["accepted"])

    def throw(self, kind: str = "error", **details: Any) -> None:
        """Order a fault: see ``tests/graph/faults.py``."""
        self.call("POST", "/control/faults", {"kind": kind, **details})

    def calm(self) -> None:
        """No more faults."""
        self.call("DELETE", "/control/faults")

    def close_window(self, to: str) -> None:
        """Let 24 hours go by for somebody."""
        self.call("POST", "/control/close", {"to": to})

    def change_account(self, **attributes: Any) -> None:
        """Put something wrong, or right, with the account: see ``tests/graph/account.py``."""
        self.call("POST", "/control/account", attributes)

    def accepted(self, to: str | None = None) -> list[Json]:
        """Messages (to somebody, by phone number or user id), oldest first."""
        query = f"?to={to}" if to else ""
        found = self.call("GET", f"/control/diary{query}")
        return [each for each in found if each["kind"] == "message"]

    def marks(self) -> list[Json]:
        """Bodies of "read" and "typing"."""
        found = self.call("GET", "/control/diary")
        return [each["body"] for each in found if each["kind"] == "mark"]

    def calls(self) -> list[Json]:
        """All calls with their outcome: "accepted", "mark", an error's code, or a fault's kind."""
        return list(self.call("GET", "/control/calls"))

    def posts(self) -> list[Json]:
        """All tries to post a webhook: status, seconds, attempt."""
        return list(self.call("GET", "/control/posts"))

    def wait_for(self, to: str, count: int, seconds: float = 15) -> list[Json]:
        """The messages to somebody, once there are so many; it is an error if there are not."""
        deadline = time.monotonic() + seconds
        while len(found := self.accepted(to)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} after {seconds} s"
            time.sleep(0.05)
        return found

    def call(self, method: str, path: str, content: object = None) -> Any:
        """One call of the control API, or of the Graph API without a token."""
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.url + path, body, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def graph_peer(
    folder: Path, *options: str, port: int | None = None, **account: str
) -> Iterator[GraphPeer]:
    """A server for as long as it is needed.

    Args:
        folder: what it accepted is kept there.
        options: of the command line, ``"--anybody"`` for example.
        account: variables that differ from those of the tests.
    """
    port = port or free_port()
    variables = {**TEST, **account}
    command = [sys.executable, "-m", "tests.graph.server", "--port", str(port)]
    command += ["--state", str(folder), *options]
    process = subprocess.Popen(command, cwd=paths.ROOT, env={**os.environ, **variables})
    try:
        alive: Callable[[], bool] = lambda: process.poll() is None  # noqa: E731
        assert wait_for(f"http://127.0.0.1:{port}/control/health", 30, alive)
        yield GraphPeer(port, folder, variables)
    finally:
        process.terminate()
        process.wait(timeout=10)
