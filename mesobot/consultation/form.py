"""Understands what a patient answers while a consultation request is being filled in.

An answer is read for the field that was asked; what is no answer is either a wish about the
form itself (cancel, "why do you need that?", "change my number"), a fault to be explained, or
something else altogether, which the assistant then answers like any other message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from mesobot.consultation.contacts import ContactProblem, read_email, read_name, read_phone
from mesobot.consultation.form_words import (
    another_way,
    asks_why,
    chosen,
    corrected_name,
    corrects,
    deletes,
    named,
    named_way,
    says_no,
    says_yes,
    wants_to_change,
    wants_to_stop,
    without_introduction,
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
        values: the fields it fills.
        emptied: for a change, the fields to ask for again.
        note: for a problem which one, otherwise the field that was asked.
    """

    kind: Kind
    values: dict[Field, str] = field(default_factory=dict)
    emptied: tuple[Field, ...] = ()
    note: str = ""


YES = "yes"
_QUESTION_AT = 0.5
"""Score from which a message that answers nothing is a question of its own."""
_SURE_QUESTION_AT = 0.7
"""The same for messages that could be a name, or a wish about the form."""
_QUESTIONS = frozenset({"faq", "unanswered", "bot_challenge"})
PRIVACY = frozenset({"forget_me", "what_do_you_know"})
"""Wishes that come before the form's own: "cancel and delete my data" is more than "cancel"."""
_REMARKS = frozenset({"other_language", "abusive", "thanks", "greet", "goodbye", "out_of_scope"})
"""Other things that people say in between; a name may look like one of them."""
_HAND_OVER = frozenset({"book_consultation", "talk_to_human"})
_COURTESIES = frozenset({"thanks", "greet", "goodbye"})
_COURTESY_AT = 0.9
"""Score from which "thanks" is no name."""
_LONGEST_NAME_WORDS = 4
_WAY_LABELS = {Way.WHATSAPP: "WhatsApp", Way.EMAIL: "E-mail"}
_FIELD_WORDS = {
    Field.WAY: ("way", "how to reach me", "whatsapp instead", "e-mail instead", "email instead"),
    Field.NAME: ("name",),
    Field.CONTACT: ("number", "phone", "e-mail", "email", "mail", "address", "contact"),
    Field.CONCERN: ("concern", "topic", "reason"),
    Field.TIME: ("time", "day", "when"),
}


def read_answer(
    asked: Field,
    text: str,
    lists: Questionnaire,
    *,
    topic: str,
    score: float,
    answers: Mapping[Field, str],
) -> FormReading | None:
    """Take a message as an answer; None if it is about something else.

    Args:
        asked: the field that was asked.
        text: the message.
        lists: concerns and times to choose from.
        topic: full name of what the message would be about outside the form.
        score: of that topic, in [0, 1].
        answers: what has been answered so far.
    """
    group = topic.split("/", maxsplit=1)[0]
    if group in PRIVACY and (
        (score >= _QUESTION_AT and deletes(text))
        or (score >= _SURE_QUESTION_AT and not corrects(text))
    ):
        return None
    wish = _wish(asked, text, answers)
    if wish:
        return wish
    if asked is Field.NAME and _is_no_name(group, score):
        return None
    reading = _read(asked, text, lists, answers)
    if reading.kind is not Kind.PROBLEM:
        return reading
    described = lists.concerns.get(topic.rpartition("/")[2]) if score >= _QUESTION_AT else None
    if asked is Field.CONCERN and described and "?" not in text:
        return _answer(asked, described)
    return None if _is_something_else(asked, text, group, score) else reading


def _is_no_name(group: str, score: float) -> bool:
    return (group in _QUESTIONS and score >= _SURE_QUESTION_AT) or (
        group in _COURTESIES and score >= _COURTESY_AT
    )


def _is_something_else(asked: Field, text: str, group: str, score: float) -> bool:
    """Whether a message that answers nothing is to be answered like any other."""
    if asked is Field.CONTACT and "@" in text:
        return False
    elsewhere = _QUESTIONS | _HAND_OVER | PRIVACY | (set() if asked is Field.NAME else _REMARKS)
    return group in elsewhere and score >= _QUESTION_AT


def _wish(asked: Field, text: str, answers: Mapping[Field, str]) -> FormReading | None:
    """What is understood whatever the topic model makes of it."""
    if wants_to_stop(text):
        return FormReading(Kind.CANCEL, note=asked.value)
    if asks_why(text):
        return FormReading(Kind.WHY, note=asked.value)
    way = another_way(text) if asked in (Field.NAME, Field.CONTACT) else None
    name = corrected_name(text) if asked is not Field.NAME and Field.NAME in answers else None
    if name:
        return _name(name)
    changed = wants_to_change(text, _FIELD_WORDS)
    if changed and changed in answers and asked is not Field.CONFIRMED:
        return FormReading(Kind.CHANGE, emptied=(changed,), note=changed.value)
    given = _contact_given(asked, text)
    return given or (_other_way(way, answers) if way and not _names_contact(text) else None)


def _names_contact(text: str) -> bool:
    """Whether an address stands in the text beside the way: "rather email, ada@mail.com"."""
    return "@" in text


def _contact_given(asked: Field, text: str) -> FormReading | None:
    """A number or an address given where another answer was asked for."""
    if asked not in (Field.WAY, Field.NAME, Field.CONFIRMED):
        return None
    try:
        way, contact = (
            (Way.EMAIL, read_email(text)) if "@" in text else (Way.WHATSAPP, read_phone(text).e164)
        )
    except ContactProblem:
        return None
    return FormReading(Kind.ANSWER, {Field.WAY: way.value, Field.CONTACT: contact})


def _other_way(way: Way, answers: Mapping[Field, str]) -> FormReading:
    """Another way needs another contact: one that was given is asked for again."""
    values = {Field.WAY: way.value}
    if Field.CONTACT in answers and answers.get(Field.WAY) != way.value:
        return FormReading(Kind.CHANGE, values, (Field.CONTACT,), Field.CONTACT.value)
    return FormReading(Kind.ANSWER, values)


def _read(
    asked: Field, text: str, lists: Questionnaire, answers: Mapping[Field, str]
) -> FormReading:
    if asked is Field.WAY:
        return _way(text)
    if asked is Field.NAME:
        return _name(text)
    if asked is Field.CONTACT:
        return _contact(text, answers.get(Field.WAY))
    if asked is Field.CONCERN:
        return _choice(asked, text, list(lists.concerns.values()))
    if asked is Field.TIME:
        anything = says_no(text) or named(text, {"any": ("any", "whenever", "no preference")})
        return _answer(asked, lists.times[0]) if anything else _choice(asked, text, lists.times)
    return _consent(text) if asked is Field.CONSENT else _confirmed(text)


def _answer(asked: Field, value: str) -> FormReading:
    return FormReading(Kind.ANSWER, {asked: value})


def _problem(note: str) -> FormReading:
    return FormReading(Kind.PROBLEM, note=note)


def _way(text: str) -> FormReading:
    way = named_way(text)
    if way is None and text.strip(" .)").isdigit():
        index = chosen(text, list(_WAY_LABELS.values()))
        way = list(_WAY_LABELS)[index] if index is not None else None
    return _answer(Field.WAY, way.value) if way else _problem("way")


def _name(text: str) -> FormReading:
    text = without_introduction(text)
    if says_yes(text) or says_no(text) or named(text, {"form": ("name", "change")}):
        return _problem("name")
    try:
        name = read_name(text)
    except ContactProblem as problem:
        return _problem(f"name_{problem.fault.value}")
    short = len(name.split()) <= _LONGEST_NAME_WORDS
    return _answer(Field.NAME, name) if short else _problem("name")


def _contact(text: str, way: str | None) -> FormReading:
    by_mail = way == Way.EMAIL.value or "@" in text
    try:
        if not by_mail:
            return _answer(Field.CONTACT, read_phone(text).e164)
        values = {Field.WAY: Way.EMAIL.value, Field.CONTACT: read_email(text)}
    except ContactProblem as problem:
        return _problem(f"{'email' if by_mail else 'phone'}_{problem.fault.value}")
    return FormReading(Kind.ANSWER, values)


def _choice(asked: Field, text: str, labels: list[str] | tuple[str, ...]) -> FormReading:
    index = chosen(text, labels)
    return _problem("choice") if index is None else _answer(asked, labels[index])


def _consent(text: str) -> FormReading:
    if says_no(text):
        return FormReading(Kind.REFUSED, note=Field.CONSENT.value)
    return _answer(Field.CONSENT, YES) if says_yes(text) else _problem("consent")


def _confirmed(text: str) -> FormReading:
    if says_yes(text):
        return _answer(Field.CONFIRMED, YES)
    changed = named(text, _FIELD_WORDS)
    if changed:
        # Another way to be reached needs another contact.
        both = (Field.WAY, Field.CONTACT) if changed is Field.WAY else (changed,)
        return FormReading(Kind.CHANGE, emptied=both, note=changed.value)
    return _problem("what_to_change" if says_no(text) else "confirm")
