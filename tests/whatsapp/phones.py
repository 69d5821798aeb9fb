"""Patients' phones: what they write, and what they get."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from typing import Any

from tests.graph import payloads
from tests.graph.payloads import Event, Json, Person
from tests.graph.peer import GraphPeer

QUICK = {"MESOBOT_WHATSAPP_QUIET_MILLISECONDS": "300"}
"""Patients of tests write quickly."""
SILENCE = 1.5
"""Seconds after which nothing more comes."""
_numbers = itertools.count(905300000000 + secrets.randbelow(10**6) * 100)


def somebody(**attributes: Any) -> Person:
    """A patient whom nobody has met."""
    number = next(_numbers)
    return Person(**{"user_id": f"TR.{number}", "phone": str(number), **attributes})


@dataclass(frozen=True)
class Got:
    """A message as a phone shows it.

    Attributes:
        choices: what can be tapped: title and id.
        kind: text, button or list.
    """

    id: str
    text: str
    choices: dict[str, str]
    kind: str


class Phones:
    """All phones, beside one platform."""

    def __init__(self, graph: GraphPeer) -> None:
        self.graph = graph
        self._got: dict[str, int] = {}

    def say(self, person: Person, text: str, seconds: float = 20) -> Got:
        """Write something; the one message that comes back."""
        return self.do(payloads.text(person, text), seconds)

    def tap(self, person: Person, got: Got, title: str) -> Got:
        """Choose what is offered."""
        build = payloads.list_reply if got.kind == "list" else payloads.button_reply
        return self.do(build(person, got.choices[title], title, got.id))

    def do(self, event: Event, seconds: float = 20) -> Got:
        """Anything that is answered by one message."""
        self.graph.receive(event)
        return self.next(event.person, seconds)

    def next(self, person: Person, seconds: float = 20) -> Got:
        """The next message to somebody."""
        seen = self._got.get(person.user_id, 0)
        found = self.graph.wait_for(name_of(person), seen + 1, seconds)
        assert len(found) == seen + 1, [shown(each).text for each in found]
        self._got[person.user_id] = seen + 1
        return shown(found[-1])

    def has_nothing_new(self, person: Person) -> bool:
        return len(self.graph.accepted(name_of(person))) == self._got.get(person.user_id, 0)


def name_of(person: Person) -> str:
    """How the platform finds somebody's messages, whoever delivered what they wrote."""
    return person.phone or person.user_id


def shown(message: Json) -> Got:
    body = message["body"]
    if body["type"] == "text":
        return Got(message["id"], body["text"]["body"], {}, "text")
    if body["type"] == "template":
        return Got(message["id"], body["template"]["name"], {}, "template")
    content = body["interactive"]
    if content["type"] == "button":
        buttons = [each["reply"] for each in content["action"]["buttons"]]
    else:
        buttons = [row for part in content["action"]["sections"] for row in part["rows"]]
    choices = {each["title"]: each["id"] for each in buttons}
    return Got(message["id"], content["body"]["text"], choices, content["type"])
