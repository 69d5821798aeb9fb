"""Understands what a patient answers while a consultation request is being filled in.

An answer is read for the field that was asked; what is no answer is either a wish about the
form itself (cancel, "why do you need that?", "change my number"), a fault to be explained, or
something else altogether, which the assistant then answers like any other message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from rapidfuzz import fuzz, process

from mesobot.consultation.contacts import (
    ContactProblem,
    Fault,
    read_email,
    read_name,
    read_phone,
)
from mesobot.consultation.questionnaire import Questionnaire
from mesobot.consultation.request import Way


class Field(str, Enum):
    """What is asked, in this order; the values are slots of the dialogue."""

    WAY = "consultation_way"
    NAME = "consultation_name"
    CONTACT = "consultation_contact"
    CONCERN = "consultation_concern"
    TIME = "consultation_time"
    CONSENT = "consultation_consent"
    CONFIRMED = "consultation_confirmed"


class Kind(str, Enum):
    """What a message is to the form; the values are intents of the dialogue."""

    ANSWER = "form_answer"
    PROBLEM = "form_problem"
    CANCEL = "form_cancel"
    WHY = "form_why"
    CHANGE = "form_change"
    REFUSED = "form_refused"


@dataclass(frozen=True)
class FormReading:
    """How a message was taken.

    Attributes:
        kind: see :class:`Kind`.
        values: for an answer, the fields it fills; for a change, the field with "".
        note: for a problem which one, otherwise the field that was asked.
    """

    kind: Kind
    values: dict[Field, str] = field(default_factory=dict)
    note: str = ""


YES, NO = "yes", "no"
_ALIKE_FROM = 80
"""Similarity, 0 to 100, from which a text names a choice."""
_QUESTION_AT = 0.5
"""Score from which a message that answers nothing is a question of its own."""
_SURE_QUESTION_AT = 0.7
"""The same for messages that could be a name."""
_QUESTIONS = frozenset({"faq", "unanswered", "bot_challenge"})
_REMARKS = frozenset({"other_language", "abusive", "thanks", "greet", "goodbye", "out_of_scope"})
"""Other things that people say in between; a name may look like one of them."""
_LONGEST_NAME_WORDS = 4
_CANCEL = re.compile(
    r"^\W*(?:please\s+|ok\s+|no\W+)?(?:cancel|stop|quit|exit|abort|start over|"
    r"i changed my mind|leave it|not now|iptal|vazgeçtim)\b.{0,25}$"
    r"|\b(?:forget it|never ?mind)\b"
    r"|\b(?:do not|don.?t|will not|won.?t)\b.{0,15}\b(?:give|tell|share)\b.{0,15}\bmy\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\bwhy\b.{0,40}\b(?:need|ask|want|know|give|necessary)\b|\bwhat (?:do you need|is|are) (?:it|that|this) for\b"
    r"|\bwhat for\b|^\W*why\W*$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok|okay|of course|correct|right|i agree|agreed?|evet|please do|go ahead|y|ja|si|all good|that.?s right)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"^\W*(?:no|nope|nah|i do not|i don.?t|hayır|hayir|n|nein|never)\b", re.IGNORECASE)
_WAYS = {
    Way.WHATSAPP.value: ("whatsapp", "whats app", "watsapp", "wp", "wapp", "phone", "text me"),
    Way.EMAIL.value: ("e-mail", "email", "mail", "by mail", "e mail"),
}
_OTHER_WAY = re.compile(
    r"\b(?:by|via|with|rather|use|prefer|through)\s+(?:my\s+)?(?P<a>e-?mail|mail|whats ?app)\b"
    r"|\b(?P<b>e-?mail|mail|whats ?app) (?:instead|please|is better)\b",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"\b(?:no|not|without|don.?t (?:have|use|want))\W+(?:by\s+|my\s+)?$", re.IGNORECASE
)
_FIELD_WORDS = {
    Field.WAY: ("way", "how to reach me", "whatsapp instead", "e-mail instead", "email instead"),
    Field.NAME: ("name",),
    Field.CONTACT: ("number", "phone", "e-mail", "email", "mail", "address", "contact"),
    Field.CONCERN: ("concern", "topic", "reason"),
    Field.TIME: ("time", "day", "when"),
}
CHANGEABLE = tuple(_FIELD_WORDS)


def read_answer(
    asked: Field,
    text: str,
    lists: Questionnaire,
    *,
    topic: str,
    score: float,
    way: str | None,
) -> FormReading | None:
    """Take a message as an answer; None if it is about something else.

    Args:
        asked: the field that was asked.
        text: the message.
        lists: concerns and times to choose from.
        topic: full name of what the message would be about outside the form.
        score: of that topic, in [0, 1].
        way: how the patient wants to be reached, once that is known.
    """
    if _CANCEL.search(text):
        return FormReading(Kind.CANCEL, note=asked.value)
    if _WHY.search(text):
        return FormReading(Kind.WHY, note=asked.value)
    other = _OTHER_WAY.search(text)
    if other and asked in (Field.NAME, Field.CONTACT) and not _contact_in(text):
        wanted = Way.EMAIL if "mail" in other[0].lower() else Way.WHATSAPP
        return _answer(Field.WAY, wanted.value)
    group = topic.split("/", maxsplit=1)[0]
    if asked is Field.NAME and group in _QUESTIONS and score >= _SURE_QUESTION_AT:
        return None
    reading = _READERS[asked](text, way, lists)
    elsewhere = _QUESTIONS if asked is Field.NAME else _QUESTIONS | _REMARKS
    if reading.kind is Kind.PROBLEM and group in elsewhere and score >= _QUESTION_AT:
        return None
    return reading


def _answer(asked: Field, value: str) -> FormReading:
    return FormReading(Kind.ANSWER, {asked: value})


def _problem(note: str) -> FormReading:
    return FormReading(Kind.PROBLEM, note=note)


def _way(text: str, way: str | None, lists: Questionnaire) -> FormReading:
    contact = _contact_in(text)
    if contact:
        return FormReading(Kind.ANSWER, {Field.WAY: contact[0].value, Field.CONTACT: contact[1]})
    digit = _digit(text, len(Way))
    if digit is not None:
        return _answer(Field.WAY, list(_WAYS)[digit])
    words = text.lower()
    named = [value for value, names in _WAYS.items() if any(_has(words, n) for n in names)]
    return _answer(Field.WAY, named[0]) if len(named) == 1 else _problem("way")


def _contact_in(text: str) -> tuple[Way, str] | None:
    """A number or an address that somebody gives instead of choosing a way."""
    try:
        return (
            (Way.EMAIL, read_email(text)) if "@" in text else (Way.WHATSAPP, read_phone(text).e164)
        )
    except ContactProblem:
        return None


def _name(text: str, way: str | None, lists: Questionnaire) -> FormReading:
    if _YES.match(text) or _NO.match(text):
        return _problem("name")
    try:
        name = read_name(text)
    except ContactProblem as problem:
        return _problem(f"name_{problem.fault.value}")
    return (
        _answer(Field.NAME, name) if len(name.split()) <= _LONGEST_NAME_WORDS else _problem("name")
    )


def _contact(text: str, way: str | None, lists: Questionnaire) -> FormReading:
    try:
        if way == Way.EMAIL.value:
            return _answer(Field.CONTACT, read_email(text))
        if "@" in text:
            address = read_email(text)
            return FormReading(Kind.ANSWER, {Field.WAY: Way.EMAIL.value, Field.CONTACT: address})
        return _answer(Field.CONTACT, read_phone(text).e164)
    except ContactProblem as problem:
        kind = "email" if way == Way.EMAIL.value or "@" in text else "phone"
        several = problem.fault is Fault.SEVERAL
        return _problem(f"{kind}_several" if several else f"{kind}_{problem.fault.value}")


def _concern(text: str, way: str | None, lists: Questionnaire) -> FormReading:
    return _choice(Field.CONCERN, text, list(lists.concerns.values()))


def _time(text: str, way: str | None, lists: Questionnaire) -> FormReading:
    if _NO.match(text) or re.search(
        r"\b(?:any|whenever|no preference|don.?t mind)\b", text, re.IGNORECASE
    ):
        return _answer(Field.TIME, lists.times[0])
    return _choice(Field.TIME, text, lists.times)


def _consent(text: str, way: str | None, lists: Questionnaire) -> FormReading:
    if _NO.match(text):
        return FormReading(Kind.REFUSED, note=Field.CONSENT.value)
    return _answer(Field.CONSENT, YES) if _YES.match(text) else _problem("consent")


def _confirmed(text: str, way: str | None, lists: Questionnaire) -> FormReading:
    contact = _contact_in(text)
    if contact:
        return FormReading(Kind.ANSWER, {Field.WAY: contact[0].value, Field.CONTACT: contact[1]})
    words = text.lower()
    for changed, names in _FIELD_WORDS.items():
        if any(_has(words, name) for name in names):
            return FormReading(Kind.CHANGE, {changed: ""}, note=changed.value)
    if _YES.match(text):
        return _answer(Field.CONFIRMED, YES)
    return _problem("what_to_change" if _NO.match(text) else "confirm")


_READERS = {
    Field.WAY: _way,
    Field.NAME: _name,
    Field.CONTACT: _contact,
    Field.CONCERN: _concern,
    Field.TIME: _time,
    Field.CONSENT: _consent,
    Field.CONFIRMED: _confirmed,
}


def _choice(asked: Field, text: str, labels: Sequence[str]) -> FormReading:
    """A digit or something close to one label."""
    digit = _digit(text, len(labels))
    if digit is not None:
        return _answer(asked, labels[digit])
    lowered = [label.lower() for label in labels]
    best = process.extractOne(text.lower(), lowered, scorer=fuzz.token_set_ratio)
    if best and best[1] >= _ALIKE_FROM:
        return _answer(asked, labels[best[2]])
    return _problem("choice")


def _digit(text: str, count: int) -> int | None:
    """Index of the choice that a number such as "2", "2." or "no 2" selects."""
    match = re.fullmatch(r"\W*(?:(?:no|nr|number|option)\W*)?(\d{1,2})\W*", text, re.IGNORECASE)
    chosen = int(match[1]) if match else 0
    return chosen - 1 if 1 <= chosen <= count else None


def _has(words: str, name: str) -> bool:
    """Whether words name something, other than to say that it is not wanted."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)
    return found is not None and not _UNWANTED.search(words[: found.start()])
