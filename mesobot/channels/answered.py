"""What Rasa had answered before the server stopped, although the answer was not kept yet.

Rasa writes a turn when it is over, and the channel keeps the reply a moment later. Whoever asks
again after a stop in that moment must not have the message understood twice: a second "yes"
would answer the next question.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import inspect, select

from mesobot.chats.database import events, open_chats
from mesobot.consultation.transactions import reading

_EVENTS = 100


def answered_before(url: str, sender: str, turn: str) -> list[dict[str, Any]]:
    """The messages that Rasa's dialogue sent in that turn, [] if it did not get that far.

    Args:
        url: of the database of conversations.
        sender: whose conversation.
        turn: id of the message, as it was given to Rasa.

    Raises:
        DatabaseUnavailableError: if the database fails.
    """
    query = (
        select(events.c.data)
        .where(
            events.c.sender_id == sender,
            events.c.type_name.in_(["user", "bot"]),
        )
        .order_by(events.c.id.desc())
        .limit(_EVENTS)
    )
    with reading(open_chats(url)) as connection:
        if not inspect(connection).has_table(events.name):
            return []
        newest_first = [json.loads(data) for data in connection.execute(query).scalars()]
    sent: list[dict[str, Any]] = []
    for event in newest_first:
        if event["event"] == "bot":
            sent.insert(0, _sent(event))
        elif event.get("message_id") == turn:
            return sent
        else:
            sent = []
    return []


def _sent(event: dict[str, Any]) -> dict[str, Any]:
    """A reply as it went through the output channel."""
    return {
        "text": event.get("text") or "",
        "buttons": (event.get("data") or {}).get("buttons"),
        "metadata": (event.get("metadata") or {}).get("metadata"),
    }
