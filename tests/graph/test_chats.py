"""The 24 hours, the pair limit, the throughput, and people whom nobody knows."""

from __future__ import annotations

from typing import Any

from tests.graph.chats import Chats, Rules
from tests.graph.payloads import Business, Person, text, webhook

ADA = Person("TR.1", "905321234567")
SHY = Person("TR.2")


def chats(*people: Person, **rules: Any) -> Chats:
    known = Chats(Rules(**rules))
    for person in people:
        known.heard(webhook(Business(), text(person, "hello")), 0.0)
    return known


def refusal(known: Chats, at: float, **message: str) -> int | None:
    error = known.refusal({"type": "text", **message}, at)
    return error.code if error else None


def test_a_phone_number_and_a_user_id_are_the_same_person() -> None:
    known = chats(ADA, SHY, pair_burst=1)
    assert refusal(known, 1, to="+905321234567") is None
    assert refusal(known, 1, recipient="TR.1") == 131056
    assert refusal(known, 1, recipient="TR.2") is None


def test_nobody_writes_to_strangers() -> None:
    assert refusal(chats(ADA), 1, to="4915112345678") == 131026
    assert refusal(chats(ADA, anybody=True), 1, to="4915112345678") is None


def test_free_text_is_for_24_hours_and_templates_for_ever() -> None:
    known = chats(ADA)
    assert refusal(known, 86_399, to="905321234567") is None
    assert refusal(known, 86_401, to="905321234567") == 131047
    assert refusal(known, 86_401, to="905321234567", type="template") is None
    known.close("905321234567", 10)
    assert refusal(known, 11, recipient="TR.1") == 131047


def test_a_pair_gets_45_at_once_and_then_one_in_six_seconds() -> None:
    known = chats(ADA, SHY)
    at_once = [refusal(known, 0.0, to="905321234567") for _ in range(46)]
    assert at_once == [None] * 45 + [131056]
    assert refusal(known, 5.9, to="905321234567") == 131056
    assert refusal(known, 6.1, to="905321234567") is None
    assert refusal(known, 6.2, recipient="TR.2") is None


def test_everybody_together_gets_80_in_a_second() -> None:
    people = [Person(f"TR.{number}") for number in range(100)]
    known = chats(*people)
    outcomes = [refusal(known, 100.0, recipient=person.user_id) for person in people]
    assert outcomes == [None] * 80 + [130429] * 20
    assert refusal(known, 100.5, recipient="TR.99") is None
