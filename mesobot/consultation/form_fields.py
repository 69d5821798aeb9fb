"""Reads the answer to one field of a consultation request."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mesobot.consultation.contacts import ContactProblem, read_email, read_name, read_phone
from mesobot.consultation.form import Field, FormReading, Kind
from mesobot.consultation.form_words import (
    chosen,
    means_another,
    means_this_number,
    named,
    named_way,
    says_no,
    says_yes,
)
from mesobot.consultation.questionnaire import Questionnaire
from mesobot.consultation.request import Way

YES = "yes"
ANOTHER_NUMBER = "another_number"
"""Note of a message that wants another number than the one the patient writes from."""
_LONGEST_NAME_WORDS = 4
_WAY_LABELS = {Way.WHATSAPP: "WhatsApp", Way.EMAIL: "E-mail"}
_BEFORE_A_QUESTION = re.compile(
    r"^(?P<given>.{1,80}?)\s*(?:[,.;:!\n–—]+|\s-|\bbut\b|\band\b)\s*(?:(?:but|and|so|also)\s+)?"
    r"(?P<question>(?:what|how|when|where|which|who|why|is|are|do|does|did|can|could|will|would|should"
    r"|may|i want to ask|i wanted to ask|tell me)\b.+|[^?]*\?.*)$",
    re.IGNORECASE | re.DOTALL,
)
_INTRODUCED = re.compile(r"\b(?:name|i.?m|i am|this is|call me|ad[ıi]m)\b", re.IGNORECASE)
_NO_NAMES = re.compile(
    r"\b(?:hi|hello|hey|sorry|wait|first|please|pls|thanks?|well|so|ok|okay|questions?|actually|before"
    r"|excuse|dear|sir|madam|doctor|one|also|another|listen|look|sure|right|no|yes|yeah|later|now"
    r"|mesotherapy|botox|fillers?|laser|what|how|when|where|why|who)\b",
    re.IGNORECASE,
)
FIELD_WORDS = {
    Field.WAY: ("way", "how to reach me", "whatsapp instead", "e-mail instead", "email instead"),
    Field.NAME: ("name",),
    Field.CONTACT: ("number", "phone", "e-mail", "email", "mail", "address", "contact"),
    Field.CONCERN: ("concern", "topic", "reason"),
    Field.TIME: ("time", "day", "when"),
}
"""How patients name a field that they want to change."""


def read_field(
    asked: Field,
    text: str,
    lists: Questionnaire,
    answers: Mapping[Field, str],
    known_number: str | None = None,
) -> FormReading:
    """Read a message as the answer to a field; what cannot be used is a problem."""
    if asked is Field.WAY:
        return _way(text)
    if asked is Field.NAME:
        return name_in(text)
    if asked is Field.CONTACT:
        way = answers.get(Field.WAY)
        known = known_number if way == Way.WHATSAPP.value else None
        return (known and _confirmation(text, known)) or _contact(text, way)
    if asked is Field.CONCERN:
        return _choice(asked, text, list(lists.concerns.values()))
    if asked is Field.TIME:
        anything = says_no(text) or named(text, {"any": ("any", "whenever", "no preference")})
        return answer(asked, lists.times[0]) if anything else _choice(asked, text, lists.times)
    return _consent(text) if asked is Field.CONSENT else _confirmed(text)


def answer(asked: Field, value: str) -> FormReading:
    """A field is filled."""
    return FormReading(Kind.ANSWER, {asked: value})


def before_a_question(text: str) -> str | None:
    """What stands before the question in "Zeynep, but does it hurt?"; None if nothing does."""
    found = _BEFORE_A_QUESTION.match(text.strip())
    return found["given"] if found else None


def sounds_like_a_name(given: str, text: str) -> bool:
    """Whether words before a question are likelier a name than the beginning of it ("Hi, …")."""
    if _NO_NAMES.search(given):
        return False
    capitals = all(word[:1].isupper() for word in given.split())
    but = re.match(r"\W*but\b", text.strip()[len(given) :], re.IGNORECASE) is not None
    return capitals or but or _INTRODUCED.search(given) is not None


def _confirmation(text: str, known_number: str) -> FormReading | None:
    """Whether the number that somebody writes from is the one to use; None if this does not say."""
    if any(map(str.isdigit, text)) or "@" in text:
        return None  # another one, which is read like any number
    if says_yes(text) or means_this_number(text):
        return answer(Field.CONTACT, known_number)
    if says_no(text) or means_another(text):
        return _problem(ANOTHER_NUMBER)
    return None


def _problem(note: str) -> FormReading:
    return FormReading(Kind.PROBLEM, note=note)


def _way(text: str) -> FormReading:
    way = named_way(text)
    if way is None and text.strip(" .)").isdigit():
        index = chosen(text, list(_WAY_LABELS.values()))
        way = list(_WAY_LABELS)[index] if index is not None else None
    return answer(Field.WAY, way.value) if way else _problem("way")


def name_in(text: str) -> FormReading:
    """A name; words that only look like one are a problem."""
    try:
        name = read_name(text)
    except ContactProblem as problem:
        return _problem(f"name_{problem.fault.value}")
    other = says_yes(name) or says_no(name) or named(name, {"form": ("name", "change")})
    usable = not other and len(name.split()) <= _LONGEST_NAME_WORDS
    return answer(Field.NAME, name) if usable else _problem("name")


def _contact(text: str, way: str | None) -> FormReading:
    by_mail = way == Way.EMAIL.value or "@" in text
    try:
        if not by_mail:
            return answer(Field.CONTACT, read_phone(text).e164)
        values = {Field.WAY: Way.EMAIL.value, Field.CONTACT: read_email(text)}
    except ContactProblem as problem:
        return _problem(f"{'email' if by_mail else 'phone'}_{problem.fault.value}")
    return FormReading(Kind.ANSWER, values)


def _choice(asked: Field, text: str, labels: list[str] | tuple[str, ...]) -> FormReading:
    index = chosen(text, labels)
    return _problem("choice") if index is None else answer(asked, labels[index])


def _consent(text: str) -> FormReading:
    if says_no(text):
        return FormReading(Kind.REFUSED, note=Field.CONSENT.value)
    return answer(Field.CONSENT, YES) if says_yes(text) else _problem("consent")


def _confirmed(text: str) -> FormReading:
    if says_yes(text):
        return answer(Field.CONFIRMED, YES)
    changed = named(text, FIELD_WORDS)
    if changed:
        # Another way to be reached needs another contact.
        both = (Field.WAY, Field.CONTACT) if changed is Field.WAY else (changed,)
        return FormReading(Kind.CHANGE, emptied=both, note=changed.value)
    return _problem("what_to_change" if says_no(text) else "confirm")
