"""A visitor of the website, who behaves as the widget does: reconnects, says again, sees by place."""

from __future__ import annotations

import base64
import json
import random
import time
import uuid
from collections import deque
from typing import Any

from tests.production.visitors import WEBSOCKET, new_route
from tests.soak.record import WEB, Record, Turn
from tests.web.browser import BOTH, Browsers

_PAUSES = (
    1,
    2,
    5,
    10,
    20,
)  # seconds between attempts to bring a message, as in widget/src/sender.ts
_TAKEN_SECONDS = 120.0
_NUDGE_SECONDS = 60.0
_ANSWER_SECONDS = 150.0
_ERASED_SECONDS = 12.0
_OPEN_SECONDS = 60.0
_NEWS_SECONDS = 15.0


class Visitor:
    """One session at a time in one tab.

    Attributes:
        messages: what the tab shows, by place.
        session: id of the session.
    """

    def __init__(
        self, browsers: Browsers, url: str, record: Record, name: str, dice: random.Random
    ) -> None:
        """Open the chat."""
        self._browsers, self._url, self._record, self._dice = browsers, url, record, dice
        self.name = name
        self._route = new_route()
        self._transports = BOTH if dice.random() < 0.2 else WEBSOCKET
        self.messages: dict[int, dict[str, Any]] = {}
        self.session = ""
        self._token: str | None = None
        self._waiting: deque[Turn] = deque()
        self._seen: dict[int, str] = {}  # texts of this session, in whichever tab
        self._said = ""
        self._may_be_erased = False
        self._open()

    def say(self, text: str, kind: str, topic: str | None = None) -> str | None:
        """Say something; the text of the reply, None if it was refused or there is none."""
        turn = self.begin(text, kind, topic)
        return self.end(turn, text) if turn else None

    def begin(self, text: str, kind: str, topic: str | None = None) -> tuple[Turn, str] | None:
        """Say something without waiting for the reply; None if it was not taken."""
        turn = Turn(self.name, WEB, kind, time.time(), topic=topic)
        self._record.turns.append(turn)
        self._waiting.append(turn)
        identifier = str(uuid.uuid4())
        if self._bring(turn, identifier, text):
            return turn, identifier
        self._waiting.remove(turn)
        return None

    def end(self, begun: tuple[Turn, str], text: str) -> str | None:
        """Wait for the reply; who hears nothing for a minute says it again."""
        turn, identifier = begun
        began, session = time.monotonic(), self.session
        while turn.answered is None and time.monotonic() - began < _ANSWER_SECONDS:
            self._listen(1)
            if self.session != session and time.monotonic() - began > _ERASED_SECONDS:
                turn.refused = (
                    "erased"  # the question with the conversation, before it was answered
                )
                break
            if time.monotonic() - began > _NUDGE_SECONDS * (turn.nudges + 1):
                turn.nudges += 1
                self._tab.send(text, identifier)
        if turn.answered is None:
            self._waiting.remove(turn)
            return None
        return self._said

    def clear(self) -> bool:
        """Have the chat erased; whether the server says that it is."""
        self._may_be_erased = True
        erased, ack = self.session, None
        for pause in _PAUSES:
            ack = self._tab.emit("clear")
            self._listen(0.5)
            if (ack and ack.get("ok")) or self.session != erased:
                break
            time.sleep(pause)
        return self.session != erased

    def forget(self) -> bool:
        """Ask to be forgotten, and confirm it; whether that was done."""
        erased = self.session
        for _ in range(4):
            asked = self.say("forget me", "forget") or ""
            if "Shall I delete it all?" in asked:
                self._may_be_erased = True
                said = self.say("yes", "forget") or ""
                self._listen(0.5)
                if said.startswith("Done, I deleted") or self.session != erased:
                    return True
            time.sleep(5)
            self._listen(0)
            if self.session != erased:  # "could not make sure": it was done a little later
                return True
        return False

    def reload(self) -> None:
        """Load the page anew: everything that was shown must be there again."""
        self._listen(0)
        shown, before = dict(self.messages), self.session
        self._tab.close()
        self._open()
        if self.session != before:
            return  # _hear has noted it
        history = self._tab.wait_for("history", seconds=30)
        self._listen(0)
        if history["complete"]:
            # What another process could not write yet, because the database was away, is news.
            began = time.monotonic()
            while (lost := self._lost(shown)) and time.monotonic() - began < _NEWS_SECONDS:
                self._listen(1)
            if lost:
                self._record.saw("history differs after a reload", f"{self.name}: {lost}")

    def _lost(self, shown: dict[int, dict[str, Any]]) -> list[int]:
        """Places at which the tab does not show what was shown before."""
        return [s for s in shown if self.messages.get(s, {}).get("text") != shown[s]["text"]]

    def close(self) -> None:
        """Leave."""
        self._listen(0)
        self._tab.close()

    def _open(self) -> None:
        self.messages, self._read = {}, 0
        self._tab = self._browsers.open(
            self._url, self._token, route=self._route, transports=self._transports, resumes=True
        )
        began = time.monotonic()
        while "session" not in self._tab.names:
            if time.monotonic() - began > _OPEN_SECONDS:
                self._record.saw("no session for a minute", self.name)
                began = time.monotonic()
            self._tab.heard(len(self._tab.heard()), 1)
        self._listen(0)

    def _bring(self, turn: Turn, identifier: str, text: str) -> bool:
        failures, began = 0, time.monotonic()
        while time.monotonic() - began < _TAKEN_SECONDS:
            ack = self._tab.send(text, identifier)
            if ack and ack["ok"]:
                turn.taken = time.time()
                return True
            if ack and ack["error"] == "rate_limited":
                time.sleep(max(1, ack.get("retry_after") or 1))
            elif ack and ack["error"] != "unavailable":
                turn.refused = ack["error"]
                return False
            else:
                time.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1
        return False

    def _listen(self, seconds: float) -> None:
        """Take over what the tab has heard, waiting for news if there are none."""
        lines = self._tab.heard(self._read, seconds)
        self._read += len(lines)
        for line in lines:
            event, data = line.get("event"), line.get("data")
            if event == "session":
                self._begin(data)
            elif event == "history":
                for message in data["messages"]:
                    self._hear(message)
            elif event == "message":
                self._hear(data)

    def _begin(self, session: dict[str, Any]) -> None:
        payload = session["token"].partition(".")[0]
        identifier = json.loads(base64.urlsafe_b64decode(payload + "=="))["s"]
        if self.session and identifier != self.session:
            # "Forgotten" begins a session in which nothing else was said: that reply is not kept.
            said = any(message["from"] == "patient" for message in self.messages.values())
            if said and not self._may_be_erased:
                self._record.saw("a session was lost", self.name)
            self.messages, self._seen, self._may_be_erased = {}, {}, False
        self.session, self._token = identifier, session["token"]

    def _hear(self, message: dict[str, Any]) -> None:
        place = message["seq"]
        self.messages[place] = message
        if place in self._seen:
            if self._seen[place] != message["text"]:
                self._record.saw("two messages at one place", self.name)
            return
        self._seen[place] = message["text"]
        if message["from"] != "bot":
            return
        if not self._waiting:
            self._record.saw("a reply that nobody asked for", self.name)
            return
        turn = self._waiting.popleft()
        turn.answered, turn.topics = time.time(), message.get("topics") or []
        turn.alarmed = bool(message.get("alarm")) and "112" in message["text"]
        self._said = str(message["text"])
