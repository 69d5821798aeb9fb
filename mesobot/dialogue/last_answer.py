"""What a follow-up refers to: "is that normal?"."""

from __future__ import annotations

from rasa.shared.core.events import BotUttered, Event, UserUttered

from mesobot.dialogue.conversation import current_session
from mesobot.dialogue.keys import QUESTIONS


def last_answer(events: list[Event]) -> tuple[str, str] | None:
    """What a follow-up would refer to: the topic answered last and the question asked for it.

    The question is the patient's own, or the topic's label where the patient's words alone
    would not say it ("yes", "and then?", "why?").
    """
    asked: UserUttered | None = None
    found: tuple[str, str] | None = None
    for event in current_session(events):
        if isinstance(event, UserUttered):
            asked = event
        elif isinstance(event, BotUttered):
            metadata = event.metadata.get("metadata") or {}
            topic, label = metadata.get("full_topic"), metadata.get("label")
            if metadata.get("alarm") and asked is not None:
                found = (str(metadata["alarm"]), str(asked.text))
            elif topic and label:
                own = asked is not None and _speaks_for_itself(asked, topic)
                found = (topic, str(asked.text) if own and asked else str(label))
            elif metadata.get("miss") and metadata.get("miss") != "no_context":
                found = None
    return found


def _speaks_for_itself(message: UserUttered, topic: str) -> bool:
    questions = (message.parse_data or {}).get(QUESTIONS, [])
    return len(questions) == 1 and questions[0]["topic"] == topic and not questions[0]["follow_up"]
