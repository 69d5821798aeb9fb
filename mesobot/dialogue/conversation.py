"""What has been said so far, read from Rasa's tracker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.events import ActiveLoop, BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from mesobot.dialogue.keys import (
    ALL_CLEAR,
    FORM_NOTE,
    LANGUAGE,
    LEFT_OUT,
    LINE,
    OFFERS,
    POSSIBLE_DANGER,
    QUESTIONS,
)
from mesobot.nlu.decision import NOT_UNDERSTOOD

UTTER = "utter_"
_ANSWER = "form_answer"
"""Intent of an answer to a form."""
_WISHES = ("book_consultation", "talk_to_human")
"""Intents that open the form of a request, which has no topic of its own."""
_REPLIES_TO_BE_CAREFUL = 3
"""For so many replies after an alarm hardly any question is answered."""


@dataclass(frozen=True)
class Heard:
    """One question of the latest message.

    Attributes:
        topic: full name, e.g. ``faq/pain``; ``nlu_fallback`` when it was not understood.
        text: as it was typed.
        follow_up: the kind of follow-up, if it was read together with what came before.
    """

    topic: str
    text: str
    follow_up: str | None = None


def topic_of(utter_action: str) -> str:
    """Topic id of an answer: ``utter_faq/pain`` → ``pain``, ``utter_greet`` → ``greet``."""
    return utter_action.removeprefix(UTTER).rsplit("/", maxsplit=1)[-1]


class Conversation:
    """The current session of one conversation, newest message last."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        """Look at the events since the session began."""
        self._events = current_session(list(tracker.events))
        self._latest = tracker.latest_message
        self._read: dict[str, Any] = (self._latest.parse_data or {}) if self._latest else {}
        self._slots = tracker.current_slot_values()
        self.in_form = tracker.active_loop_name is not None
        self.channel = tracker.get_latest_input_channel()

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
        return [topic for said in self._said() for topic in said.get("answered", [])]

    def misses_in_a_row(self) -> int:
        """How many replies in a row, up to the latest, were no answer."""
        count = 0
        for said in reversed(list(self._said())):
            if not said.get("miss"):
                break
            count += 1
        return count

    def suggestions(self) -> list[str]:
        """Topics the classifier offers because it is not sure what was meant."""
        intent: dict[str, Any] = dict(self._latest.intent or {}) if self._latest else {}
        return [topic_of(name) for name in intent.get("suggestions", [])]

    def heard(self) -> list[Heard]:
        """The questions of the latest message, in order."""
        return [
            Heard(question["topic"], question["text"], question.get("follow_up"))
            for question in self._read.get(QUESTIONS, [])
        ]

    def unclear(self) -> list[str]:
        """Questions that were not understood, beside others or beside an answer to the form."""
        heard = self.heard()
        beside = len(heard) > 1 or (
            self._latest is not None and self._latest.intent_name == _ANSWER
        )
        unclear = [h.text for h in heard if h.topic == NOT_UNDERSTOOD]
        return unclear if beside and not self.has_replied() else []

    def left_out(self) -> list[str]:
        """What the latest message asks beyond the questions that are answered at a time."""
        return [] if self.has_replied() else list(self._read.get(LEFT_OUT) or [])

    def may_be_danger(self) -> bool:
        """Whether the latest message may speak of an emergency, or only ask about one."""
        return bool(self._read.get(POSSIBLE_DANGER))

    def takes_alarm_back(self) -> bool:
        """Whether the latest message says, after an alarm, that nobody is in danger."""
        return bool(self._read.get(ALL_CLEAR))

    def recent_alarm(self) -> str | None:
        """The danger that one of the last replies was about, unless all is well since then."""
        if self.takes_alarm_back():
            return None
        for said in list(reversed(list(self._said())))[:_REPLIES_TO_BE_CAREFUL]:
            if said.get(ALL_CLEAR):
                return None
            if said.get("alarm") and not said.get("still"):
                return str(said["alarm"])
        return None

    def has_just_offered(self) -> bool:
        """Whether the latest reply offered a consultation request."""
        return has_just_offered(self._events)

    def was_asked_to_confirm(self) -> bool:
        """Whether the latest reply asked for a plain yes or no before something is done."""
        return asked_to_confirm(self._events) is not None

    def has_replied(self) -> bool:
        """Whether something has been said since the latest message."""
        for event in reversed(self._events):
            if isinstance(event, UserUttered):
                return False
            if isinstance(event, BotUttered):
                return True
        return False

    def form_note(self) -> str:
        """What the latest message was noted as while a form is being filled in, or ""."""
        return str(self._read.get(FORM_NOTE) or "")

    def slot(self, name: str) -> str:
        """What a slot holds, "" when it holds nothing."""
        value = self._slots.get(name)
        return "" if value is None else str(value)

    @property
    def line(self) -> str | None:
        """The WhatsApp number that the patient writes to, where that is known."""
        found = (self._latest.metadata or {}).get(LINE) if self._latest else None
        return str(found) if found else None

    def language(self) -> str | None:
        """Language of the latest message, where it is known not to be English."""
        return self._read.get(LANGUAGE)

    def _said(self) -> Iterator[dict[str, Any]]:
        """Metadata of the replies (ours, as the reply generator attached it)."""
        for event in self._events:
            if isinstance(event, BotUttered):
                yield event.metadata.get("metadata") or {}


def current_session(events: list[Event]) -> list[Event]:
    """The events since the session began."""
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], SessionStarted):
            return events[index:]
    return events


def reported_topics(events: list[Event]) -> list[str]:
    """Topic ids that the events of one turn were understood and answered as.

    The replies' own topics come first (a "yes" may have been answered with a topic), then the
    wish for a request that was understood beside them; without any, the intent speaks.
    """
    topics: list[str] = []
    for event in events:
        if isinstance(event, BotUttered):
            for topic in (event.metadata.get("metadata") or {}).get("topics", []):
                if topic not in topics:
                    topics.append(topic)
    heard = [event for event in events if isinstance(event, UserUttered)]
    if topics and heard:
        intent = str(heard[-1].intent_name)
        return topics + [intent] * (intent in _WISHES)
    return topics or [topic_of(str(h.intent_name)) for h in heard[-1:]]


def problems_in_a_row(events: list[Event]) -> int:
    """How many answers to a form in a row could not be used, up to now."""
    count = 0
    for event in reversed(current_session(events)):
        if isinstance(event, UserUttered):
            if event.intent_name == "form_problem":
                count += 1
            elif event.intent_name in ("form_answer", "form_change"):
                break
        elif isinstance(event, ActiveLoop) and event.name:
            break
    return count


def has_just_offered(events: list[Event]) -> bool:
    """Whether the latest reply offered a consultation request: "yes" then asks for one."""
    for event in reversed(current_session(events)):
        if isinstance(event, BotUttered):
            return bool((event.metadata.get("metadata") or {}).get(OFFERS))
    return False


def asked_to_confirm(events: list[Event]) -> str | None:
    """What the latest reply asked a plain yes for (``confirms`` of its response), if it did."""
    for event in reversed(current_session(events)):
        if isinstance(event, BotUttered):
            confirms = (event.metadata.get("metadata") or {}).get("confirms")
            return str(confirms) if confirms else None
    return None
