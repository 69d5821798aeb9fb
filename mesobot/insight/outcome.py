"""What became of one message, read from what the dialogue noted beside its replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from mesobot.safety.red_flags import Danger

Reply = Mapping[str, Any]
"""A reply as Rasa sends and stores it: ``utter_action``, and our ``metadata``."""


class Outcome(str, Enum):
    """What a message got."""

    ANSWERED = "answered"  # from the article, all of it
    PARTLY = "partly"  # one question of several, or "the article says no more about that"
    TO_CLINIC = "to_clinic"  # prices, own health, address and hours
    NOT_IN_ARTICLE = "not_in_article"  # about the clinic, but nothing we know
    OFF_TOPIC = "off_topic"
    NOT_UNDERSTOOD = "not_understood"
    OTHER_LANGUAGE = "other_language"
    ALARM = "alarm"  # an emergency, a crisis, "see a doctor today"
    REQUEST = "request"  # a step towards a consultation request
    UNREADABLE = "unreadable"  # empty, too long, no words, insults
    CHAT = "chat"  # greetings, thanks, "yes" to nothing
    NO_REPLY = "no_reply"  # something failed; the patient got the clinic's contacts

    @property
    def is_question(self) -> bool:
        """Whether something was asked that an answer could be expected to."""
        return self in _QUESTIONS

    @property
    def is_unanswered(self) -> bool:
        """Whether the assistant had no answer and should perhaps have had one."""
        return self in _UNANSWERED


_UNANSWERED = (
    Outcome.NOT_IN_ARTICLE,
    Outcome.OFF_TOPIC,
    Outcome.NOT_UNDERSTOOD,
    Outcome.OTHER_LANGUAGE,
)
_QUESTIONS = (Outcome.ANSWERED, Outcome.PARTLY, Outcome.TO_CLINIC, *_UNANSWERED)
_MISSES = {
    "not_understood": Outcome.NOT_UNDERSTOOD,
    "no_context": Outcome.NOT_UNDERSTOOD,
    "off_topic": Outcome.OFF_TOPIC,
    "not_in_article": Outcome.NOT_IN_ARTICLE,
    "other_language": Outcome.OTHER_LANGUAGE,
    "gibberish": Outcome.UNREADABLE,
    "abusive": Outcome.UNREADABLE,
}
_BY_NAME = {
    "utter_default": Outcome.NOT_UNDERSTOOD,
    "utter_message_": Outcome.UNREADABLE,
    "utter_unanswered/": Outcome.TO_CLINIC,
    "utter_contact_directly": Outcome.REQUEST,
    "utter_ask_consultation_": Outcome.REQUEST,
    "utter_form_": Outcome.REQUEST,
    "utter_problem_": Outcome.REQUEST,
    "utter_explain_": Outcome.REQUEST,
    "utter_what_to_change": Outcome.REQUEST,
    "utter_consultation_": Outcome.REQUEST,
    "utter_request_status": Outcome.REQUEST,
}
"""How the names of replies begin that have no note of their own."""
_DANGERS = frozenset(danger.value for danger in Danger)


def outcome_of(replies: Sequence[Reply]) -> Outcome:
    """What a message got, by all replies of its turn."""
    if not replies:
        return Outcome.NO_REPLY
    notes = [note_of(reply) for reply in replies]
    if any(note.get("alarm") for note in notes):
        return Outcome.ALARM
    answered = set(answered_topics(replies))
    if answered:
        others = set(topics_of(replies)) - answered - _DANGERS
        is_whole = not others and not any(note.get("in_part") for note in notes)
        return Outcome.ANSWERED if is_whole else Outcome.PARTLY
    missed = next((_MISSES[note["miss"]] for note in notes if note.get("miss") in _MISSES), None)
    if missed:
        return missed
    names = [str(reply.get("utter_action") or "") for reply in replies]
    return next(
        (out for begin, out in _BY_NAME.items() if any(name.startswith(begin) for name in names)),
        Outcome.CHAT,
    )


def topics_of(replies: Sequence[Reply]) -> tuple[str, ...]:
    """Topic ids of the replies, each once."""
    return _each_once(replies, "topics")


def answered_topics(replies: Sequence[Reply]) -> tuple[str, ...]:
    """Topic ids that were answered from the article, each once."""
    return _each_once(replies, "answered")


def new_alarm_of(replies: Sequence[Reply]) -> str | None:
    """The danger that a turn is the first to speak of."""
    notes = map(note_of, replies)
    return next((str(n["alarm"]) for n in notes if n.get("alarm") and not n.get("still")), None)


def note_of(reply: Reply) -> Mapping[str, Any]:
    """What the reply generator noted beside a reply."""
    return reply.get("metadata") or {}


def _each_once(replies: Sequence[Reply], key: str) -> tuple[str, ...]:
    named = (str(topic) for reply in replies for topic in note_of(reply).get(key) or ())
    return tuple(dict.fromkeys(named))
