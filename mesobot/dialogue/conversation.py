"""What has been said so far, read from Rasa's tracker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

UTTER = "utter_"


def topic_of(utter_action: str) -> str:
    """Topic id of an answer: ``utter_faq/pain`` → ``pain``, ``utter_greet`` → ``greet``."""
    return utter_action.removeprefix(UTTER).rsplit("/", maxsplit=1)[-1]


class Conversation:
    """The current session of one conversation, newest message last."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        """Look at the events since the session began."""
        self._events = _current_session(list(tracker.events))
        self._latest = tracker.latest_message

    @property
    def has_begun(self) -> bool:
        """Whether the assistant has said anything yet."""
        return any(isinstance(event, BotUttered) for event in self._events)

    def has_said(self, sentence: str) -> bool:
        """Whether a sentence was part of an earlier reply."""
        return any(
            isinstance(event, BotUttered) and sentence in (event.text or "")
            for event in self._events
        )

    def answered(self) -> list[str]:
        """Topic ids answered so far, oldest first, with repetitions."""
        return [said["topic"] for said in self._said() if said.get("facts")]

    def misses_in_a_row(self) -> int:
        """How many replies in a row, up to the latest, were no answer."""
        count = 0
        for said in reversed(list(self._said())):
            if not said.get("counts_as_miss"):
                break
            count += 1
        return count

    def suggestions(self) -> list[str]:
        """Topics the classifier offers because it is not sure what was meant."""
        intent: dict[str, Any] = dict(self._latest.intent or {}) if self._latest else {}
        return [topic_of(name) for name in intent.get("suggestions", [])]

    def _said(self) -> Iterator[dict[str, Any]]:
        """Metadata of the replies (ours, as the reply generator attached it)."""
        for event in self._events:
            if isinstance(event, BotUttered):
                yield event.metadata.get("metadata") or {}


def _current_session(events: list[Event]) -> list[Event]:
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], SessionStarted):
            return events[index:]
    return events


def reported_topics(events: list[Event]) -> list[str]:
    """Topic ids that the events of one turn were understood and answered as.

    The replies' own topics come first (a "yes" may have been answered with a topic);
    without any, the intent speaks.
    """
    topics: list[str] = []
    for event in events:
        if isinstance(event, BotUttered):
            topic = (event.metadata.get("metadata") or {}).get("topic")
            if topic and topic not in topics:
                topics.append(topic)
    if topics:
        return topics
    heard = [event for event in events if isinstance(event, UserUttered)]
    return [topic_of(str(heard[-1].intent_name))] if heard else []
