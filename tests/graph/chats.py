"""Who may be written to, and how often: the 24 hours, the pair limit, the throughput."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.graph.errors import GraphError


@dataclass(frozen=True)
class Rules:
    """How strict the server is; times in seconds, so that a test can shorten them.

    Attributes:
        window: how long free text is allowed after somebody wrote.
        pair_seconds: one message to the same person in that time ...
        pair_burst: ... after so many at once.
        throughput: messages a second to everybody together.
        anybody: whether those who never wrote here are known, and wrote just now.
    """

    window: float = 86400.0
    pair_seconds: float = 6.0
    pair_burst: int = 45
    throughput: int = 80
    anybody: bool = False


@dataclass
class _Chat:
    heard: float | None = None  # when the person last wrote; None if the 24 hours are over
    tokens: float = 0.0
    filled: float = 0.0


@dataclass
class Chats:
    """What is known of everybody who ever wrote; a phone number and a user id name one person."""

    rules: Rules
    _chats: dict[str, _Chat] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _tokens: float = 0.0
    _filled: float = 0.0

    def __post_init__(self) -> None:
        self._tokens = self.rules.throughput

    def heard(self, payload: Mapping[str, Any], now: float) -> None:
        """Remember who wrote in a webhook."""
        for entry in payload.get("entry", []):
            for change in entry["changes"]:
                value = change["value"]
                for contact in value.get("contacts", []):
                    self._introduce(contact)
                for item in value.get("messages", []):
                    self._chat(item.get("from_user_id") or item["from"], now).heard = now

    def close(self, name: str, now: float) -> None:
        """As if 24 hours had gone by since the person last wrote."""
        self._chat(name, now).heard = None

    def person(self, body: Mapping[str, Any]) -> str:
        """Whom a message goes to, by user id if that is known."""
        name = str(body["to"] if "to" in body else body["recipient"]).lstrip("+")
        return self._names.get(name, name)

    def number_of(self, person: str) -> str | None:
        """Phone number of somebody by user id."""
        return next((n for n, p in self._names.items() if p == person and n != person), None)

    def refusal(self, body: Mapping[str, Any], now: float) -> GraphError | None:
        """Why a message is not taken now, or None; one that is taken uses up its share."""
        person = self.person(body)
        chat = self._chats.get(person)
        if chat is None:
            if not self.rules.anybody:
                return GraphError(131026, "Message undeliverable.")
            chat = self._chat(person, now)
            chat.heard = now
        if body.get("type") != "template" and (
            chat.heard is None or now - chat.heard > self.rules.window
        ):
            return GraphError(131047, "More than 24 hours have passed since the last reply.")
        rules = self.rules
        gained = (now - chat.filled) / rules.pair_seconds
        chat.tokens, chat.filled = min(rules.pair_burst, chat.tokens + gained), now
        gained = (now - self._filled) * rules.throughput
        self._tokens, self._filled = min(rules.throughput, self._tokens + gained), now
        if self._tokens < 1:
            return GraphError(130429, "Message throughput has been reached.")
        if chat.tokens < 1:
            return GraphError(131056, "Too many messages to this number in a short time.")
        chat.tokens -= 1
        self._tokens -= 1
        return None

    def _introduce(self, contact: Mapping[str, Any]) -> None:
        number, person = contact.get("wa_id"), contact.get("user_id")
        person = person or number
        if person is None:
            return
        self._names[person] = person
        if number is not None:
            self._names[number] = person

    def _chat(self, name: str, now: float) -> _Chat:
        person = self._names.get(name, name)
        if person not in self._chats:
            self._chats[person] = _Chat(None, self.rules.pair_burst, now)
        return self._chats[person]
