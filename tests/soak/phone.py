"""Patients on WhatsApp, who read along what the fake platform accepted for them."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections import defaultdict
from typing import Any

from tests.graph import payloads
from tests.graph.payloads import Event, Person
from tests.graph.peer import GraphPeer
from tests.soak.record import WHATSAPP, Record, Turn
from tests.whatsapp.phones import shown
from tests.whatsapp.traffic import Delivered

_SETTLES = 1.0
"""Seconds in which further parts of a reply come."""
_ANSWER_SECONDS = 180.0


class Post:
    """Reads the platform's diary along, for all phones together."""

    def __init__(self, graph: GraphPeer) -> None:
        """Begin to read."""
        self.graph = graph
        self.delivered = Delivered()
        self._got: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read no longer; the platform lets the last look wait for a while."""
        self._stopping.set()
        self._thread.join(30)

    def of(self, person: Person, start: int, seconds: float) -> list[dict[str, Any]]:
        """What somebody has got since the ``start``-th message; waited for."""
        with self._news:
            self._news.wait_for(lambda: len(self._got[person.user_id]) > start, seconds)
            return self._got[person.user_id][start:]

    def _read(self) -> None:
        after = 0
        while not self._stopping.is_set():
            address = f"{self.graph.url}/phone/diary?after={after}"
            with urllib.request.urlopen(address, timeout=60) as answer:
                entries = json.load(answer)
            after += len(entries)
            with self._news:
                for entry in entries:
                    if entry["kind"] == "message":
                        self._got[entry["person"]].append(entry)
                self._news.notify_all()


class Patient:
    """One phone."""

    def __init__(self, post: Post, person: Person, record: Record) -> None:
        """Nothing is written yet."""
        self.person = person
        self._post, self._record = post, record
        self._read = 0

    def say(self, text: str, kind: str, topic: str | None = None) -> str | None:
        """Write something; what comes back, None if nothing does."""
        return self.do(payloads.text(self.person, text), kind, topic)

    def do(self, event: Event, kind: str, topic: str | None = None) -> str | None:
        """Anything that is answered."""
        turn = Turn(self.person.user_id, WHATSAPP, kind, time.time(), topic=topic)
        self._record.turns.append(turn)
        if kind != "forget":  # nothing is left by which it could be looked up
            self._post.delivered.order[self.person.user_id].append(event.id)
        self._post.graph.receive(event)
        turn.taken = turn.said
        got = self._post.of(self.person, self._read, _ANSWER_SECONDS)
        if not got:
            return None
        turn.answered = got[0]["at"]
        time.sleep(_SETTLES)
        got = self._post.of(self.person, self._read, 0)
        self._read += len(got)
        text = "\n".join(shown(each).text for each in got)
        turn.alarmed = "112" in text
        return text

    def react(self) -> None:
        """Something that needs no answer."""
        got = self._post.of(self.person, 0, 0)
        if got:
            self._post.graph.receive(payloads.reaction(self.person, got[-1]["id"]))

    def forget(self) -> bool:
        """Ask to be forgotten, and confirm it; whether that was done."""
        for _ in range(4):
            if "Shall I delete it all?" in (self.say("forget me", "forget") or ""):
                self._post.delivered.order.pop(self.person.user_id, None)
                if (self.say("yes", "forget") or "").startswith("Done, I deleted"):
                    return True
            time.sleep(5)
        return False
