"""Conversations as Rasa would have stored them, and a database to store them in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from mesobot.chats.database import events, open_chats
from mesobot.chats.events import StoredEvent
from mesobot.insight.outcome import Outcome
from mesobot.insight.turns import Missed, Turn
from tests.unit.consultation.requests import GIVEN_AT

ANSWERED = {
    "utter_action": "utter_faq/pain",
    "metadata": {"topics": ["pain"], "answered": ["pain"]},
}
PRICE = {
    "utter_action": "utter_unanswered/price",
    "metadata": {"topics": ["price"], "answered": []},
}
LOST = {
    "utter_action": "utter_not_understood",
    "metadata": {"topics": ["out_of_scope"], "answered": [], "miss": "not_understood"},
}
EMERGENCY = {
    "utter_action": "utter_medical_emergency",
    "metadata": {"topics": [], "answered": [], "alarm": "medical_emergency"},
}


def user(
    text: str, topic: str = "faq/pain", sender: str = "ada", at: float = 0, **parse: Any
) -> StoredEvent:
    """Somebody says something, understood as one question."""
    questions = [{"text": text, "topic": topic, "confidence": 0.5, "follow_up": None}]
    ranking = [{"name": "out_of_scope", "confidence": 0.4}, {"name": "faq/pain", "confidence": 0.3}]
    data = {
        "text": text,
        "input_channel": "web",
        "parse_data": {"questions": questions, "intent_ranking": ranking, **parse},
    }
    return StoredEvent(sender, "user", GIVEN_AT.timestamp() + at, data)


def bot(reply: dict[str, Any], sender: str = "ada", at: float = 0) -> StoredEvent:
    """The dialogue replies."""
    return StoredEvent(sender, "bot", GIVEN_AT.timestamp() + at, {"text": "…", "metadata": reply})


def session(sender: str = "ada", at: float = 0) -> StoredEvent:
    """A conversation begins."""
    return StoredEvent(sender, "session_started", GIVEN_AT.timestamp() + at, {})


def loop(name: str | None, sender: str = "ada", at: float = 0) -> StoredEvent:
    """A form opens, or the open one ends."""
    return StoredEvent(sender, "active_loop", GIVEN_AT.timestamp() + at, {"name": name})


def keep(url: str, stored: Sequence[StoredEvent]) -> None:
    """Put events into a database, making its table if it is new."""
    engine = open_chats(url)
    with engine.begin() as connection:
        events.metadata.create_all(connection)
        for each in stored:
            row = {
                "sender_id": each.sender,
                "type_name": each.kind,
                "timestamp": each.at,
                "data": json.dumps(each.data),
            }
            connection.execute(insert(events).values(row))
    engine.dispose()


def turn(
    sender: str = "ada",
    outcome: Outcome = Outcome.ANSWERED,
    at: datetime = GIVEN_AT,
    later: timedelta = timedelta(0),
    **changes: Any,
) -> Turn:
    """A turn with as little as possible in it."""
    values: dict[str, Any] = {
        "session": 1,
        "channel": "web",
        "text": "…",
        "topics": (),
        "alarm": None,
        "language": None,
        "in_form": False,
        "missed": (),
        "replies": (),
    }
    return Turn(sender=sender, outcome=outcome, at=at + later, **{**values, **changes})


def lost(text: str, sender: str = "ada", near: float = 0.3, **changes: Any) -> Turn:
    """A turn that asked something nobody understood."""
    missed = (Missed(text, False, (("pain", near),) if near else ()),)
    return turn(sender, Outcome.NOT_UNDERSTOOD, missed=missed, text=text, **changes)
