"""Browsers for the tests: the real JavaScript client of socket.io, told what to do from here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy.rehearsal.programs import one_at_a_time
from mesobot import paths

HERE = Path(__file__).parent
BOTH = ("polling", "websocket")
_LISTED = ("package.json", "package-lock.json", ".npmrc", "driver.mjs")


def installed_client() -> Path:
    """A folder with the JavaScript client and the driver; installed once."""
    if not shutil.which("npm") or not shutil.which("node"):
        reason = "Node.js is missing; scripts/node.sh says how to get it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = paths.ROOT / ".cache" / "web-client"
    wanted = "".join((HERE / name).read_text(encoding="utf-8") for name in _LISTED)
    with one_at_a_time("web-client"):
        _install(folder, wanted)
    return folder


def _install(folder: Path, wanted: str) -> None:
    mark = folder / "installed"
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in _LISTED:
            shutil.copy(HERE / name, folder)
        subprocess.run(["npm", "ci"], cwd=folder, check=True, capture_output=True, timeout=300)
        mark.write_text(wanted, encoding="utf-8")


class Browsers:
    """A process with any number of tabs."""

    def __init__(self, folder: Path, certificate: Path | None = None) -> None:
        trusted = {"NODE_EXTRA_CA_CERTS": str(certificate)} if certificate else {}
        self._process = subprocess.Popen(
            ["node", "driver.mjs"], cwd=folder, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **trusted},
        )  # fmt: skip
        self.heard: list[dict[str, Any]] = []
        self._of_tab: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._news = threading.Condition()
        self._tabs = 0
        self._orders = 0
        self._ordering = threading.Lock()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self.wait(lambda line: line.get("ready"))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(timeout=10)

    def open(
        self,
        server: int | str,
        token: object = None,
        *,
        route: str | None = None,
        last_seq: object = 0,
        transports: Sequence[str] = BOTH,
        origin: str | None = None,
        protocol: object = 1,
        resumes: bool = False,
    ) -> Tab:
        """A tab that connects to a loopback port or a URL; it is not waited for.

        Args:
            resumes: whether it reconnects with what it knows by then, as the widget does.
        """
        self._tabs += 1
        tab = Tab(self, f"tab{self._tabs}")
        auth = {"protocol": protocol, "token": token, "last_seq": last_seq, "lang": "en"}
        url = server if isinstance(server, str) else f"http://127.0.0.1:{server}"
        where: dict[str, Any] = {"url": url, "transports": list(transports), "resumes": resumes}
        if route:
            where["query"] = {"route": route}
        self.order(
            tab.name, "connect", auth=auth, **where, **({"origin": origin} if origin else {})
        )
        return tab

    def session(self, server: int | str, token: object = None, **more: Any) -> Tab:
        """A tab that is connected and knows its session."""
        tab = self.open(server, token, **more)
        tab.wait_for("session")
        return tab

    def order(self, tab: str, what: str, **details: Any) -> int:
        assert self._process.stdin
        with self._ordering:  # tests with many threads would share numbers, and so answers
            self._orders += 1
            line = json.dumps({"do": what, "tab": tab, "number": self._orders, **details})
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            return self._orders

    def wait(
        self, wanted: Callable[[dict[str, Any]], object], seconds: float = 15, start: int = 0
    ) -> dict[str, Any]:
        """The first line heard since ``start`` that is wanted."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                for line in self.heard[start:]:
                    start += 1
                    if wanted(line):
                        return line
                left = deadline - time.monotonic()
                assert left > 0, f"not heard in {seconds} s; last: {self.heard[-8:]}"
                self._news.wait(left)

    def of(self, tab: str, start: int = 0, seconds: float = 0) -> list[dict[str, Any]]:
        """What a tab heard since its ``start``-th line; waited for if there is nothing yet."""
        with self._news:
            self._news.wait_for(lambda: len(self._of_tab[tab]) > start, seconds)
            return self._of_tab[tab][start:]

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            heard = json.loads(line)
            with self._news:
                self.heard.append(heard)
                self._of_tab[heard.get("tab", "")].append(heard)
                self._news.notify_all()


class Tab:
    """One connection, and what it heard."""

    def __init__(self, browsers: Browsers, name: str) -> None:
        self._browsers = browsers
        self.name = name

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line["data"] for line in self.heard() if line.get("event") == name]

    def heard(self, start: int = 0, seconds: float = 0) -> list[dict[str, Any]]:
        """Its lines since the ``start``-th one; waited for if there is nothing yet."""
        return self._browsers.of(self.name, start, seconds)

    @property
    def names(self) -> list[str]:
        """Names of the events, in order."""
        return [line["event"] for line in self.heard() if "event" in line]

    @property
    def token(self) -> str:
        return str(self.events("session")[-1]["token"])

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.events("message")

    @property
    def shown(self) -> list[dict[str, Any]]:
        """What the patient sees: told as it was said, or as history after a reconnection."""
        told = [*self.messages, *(m for one in self.events("history") for m in one["messages"])]
        by_place = {message["seq"]: message for message in told}
        return [by_place[seq] for seq in sorted(by_place)]

    def texts(self) -> list[str]:
        return [message["text"] for message in self.messages]

    def wait_for(self, name: str, count: int = 1, seconds: float = 15) -> dict[str, Any]:
        """The ``count``-th event of that name."""
        self._browsers.wait(lambda _line: len(self.events(name)) >= count, seconds)
        return self.events(name)[count - 1]

    def emit(self, event: str, *data: Any, seconds: float = 10) -> Any:
        """What the server acknowledges it with; None if it does not."""
        start = len(self._browsers.heard)
        number = self._browsers.order(
            self.name, "emit", event=event, data=list(data), seconds=seconds
        )
        line = self._browsers.wait(lambda heard: heard.get("number") == number, seconds + 5, start)
        return line["ack"]

    def send(self, text: object, turn: object = None) -> Any:
        """Say something; the acknowledgement."""
        return self.emit("say", {"id": turn or str(uuid.uuid4()), "text": text})

    def ask(self, text: str, seconds: float = 15) -> dict[str, Any]:
        """Say something; the one reply to it."""
        start = len(self._browsers.heard)
        ack = self.send(text)
        assert ack and ack["ok"], ack
        line = self._browsers.wait(
            lambda heard: (
                heard.get("tab") == self.name
                and heard.get("event") == "message"
                and heard["data"]["from"] == "bot"
                and heard["data"]["seq"] > ack["seq"]
            ),
            seconds,
            start,
        )
        return line["data"]

    def close(self) -> None:
        self._browsers.order(self.name, "close")

    def order(self, what: str, **details: Any) -> None:
        self._browsers.order(self.name, what, **details)

    def flooded(self) -> list[dict[str, Any]]:
        """Acknowledgements of a flood."""
        return [line["flooded"] for line in self.heard() if "flooded" in line]
