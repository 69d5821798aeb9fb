"""Decides what a message is while a consultation request is being filled in.

An answer is read for the field that was asked; what is no answer is either a wish about the
form itself (cancel, "why do you need that?", "change my number"), a fault to be explained, or
something else altogether, which the assistant then answers like any other message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mesobot.consultation.contacts import ContactProblem, read_email, read_phone
from mesobot.consultation.form import Field, FormReading, Kind
from mesobot.consultation.form_fields import (
    ANOTHER_NUMBER,
    FIELD_WORDS,
    answer,
    before_a_question,
    name_in,
    read_field,
    sounds_like_a_name,
)
from mesobot.consultation.form_words import (
    asks_why,
    corrected_name,
    corrects,
    deletes,
    named,
    refuses_to_give,
    wants_to_change,
    wants_to_stop,
    wished_way,
)
from mesobot.consultation.questionnaire import Questionnaire
from mesobot.consultation.request import Way

_QUESTION_AT = 0.5
"""Score from which a message that answers nothing is a question of its own."""
_SURE_QUESTION_AT = 0.7
"""The same for messages that could be a name, or a wish about the form."""
_QUESTIONS = frozenset({"faq", "unanswered", "bot_challenge"})
_ASKED = _QUESTIONS | {"nlu_fallback"}
"""What is answered beside an answer, or said not to be understood."""
_PLAIN_ONLY = (Field.CONSENT, Field.CONFIRMED)
"""Answers that nothing else may stand beside: "yes, but what is that?" is no yes."""
REFUSED = "contact_refused"
"""Note of a message that refuses the contact that was asked for: there is another way."""
PRIVACY = frozenset({"forget_me", "what_do_you_know"})
"""Wishes that come before the form's own: "cancel and delete my data" is more than "cancel"."""
_REMARKS = frozenset({"other_language", "abusive", "thanks", "greet", "goodbye", "out_of_scope"})
"""Other things that people say in between; a name may look like one of them."""
_HAND_OVER = frozenset({"book_consultation", "talk_to_human"})
_COURTESIES = frozenset({"thanks", "greet", "goodbye"})
_COURTESY_AT = 0.9
"""Score from which "thanks" is no name."""


def read_answer(
    asked: Field,
    text: str,
    lists: Questionnaire,
    *,
    topic: str,
    score: float,
    answers: Mapping[Field, str],
    known_number: str | None = None,
) -> FormReading | None:
    """Take a message as an answer; None if it is about something else.

    Args:
        asked: the field that was asked.
        text: the message.
        lists: concerns and times to choose from.
        topic: full name of what the message would be about outside the form.
        score: of that topic, in [0, 1].
        answers: what has been answered so far.
        known_number: that the patient writes from, and was asked to confirm.
    """
    group = topic.split("/", maxsplit=1)[0]
    if group in PRIVACY and (
        (score >= _QUESTION_AT and deletes(text))
        or (score >= _SURE_QUESTION_AT and not corrects(text))
    ):
        return None
    beside = (
        _beside_question(asked, text, lists, answers, known_number) if group in _ASKED else None
    )
    wish = _wish(asked, text, answers) or beside
    if wish:
        return wish
    if asked is Field.NAME and _is_no_name(group, score):
        return None
    reading = read_field(asked, text, lists, answers, known_number)
    if reading.kind is not Kind.PROBLEM or reading.note == ANOTHER_NUMBER:
        return reading
    described = lists.concerns.get(topic.rpartition("/")[2]) if score >= _QUESTION_AT else None
    if asked is Field.CONCERN and described and "?" not in text:
        return answer(asked, described)
    return None if _is_something_else(asked, text, group, score) else reading


def _beside_question(
    asked: Field,
    text: str,
    lists: Questionnaire,
    answers: Mapping[Field, str],
    known_number: str | None,
) -> FormReading | None:
    """The answer in a message that also asks something: "Zeynep, but does it hurt?"."""
    if asked in _PLAIN_ONLY:
        return None
    given = before_a_question(text)
    if given is None or (asked is Field.NAME and not sounds_like_a_name(given, text)):
        return None
    reading = read_field(asked, given, lists, answers, known_number)
    return replace(reading, asks_too=True) if reading.kind is Kind.ANSWER else None


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
    way = None if asked in (Field.WAY, *_PLAIN_ONLY) else wished_way(text)
    if wants_to_stop(text) or (refuses_to_give(text) and not way):
        other = asked not in _PLAIN_ONLY and named(text, FIELD_WORDS) is Field.CONTACT
        stays = other and not wants_to_stop(text)
        kind, note = (Kind.WHY, REFUSED) if stays else (Kind.CANCEL, asked.value)
        return FormReading(kind, note=note)
    if asks_why(text):
        return FormReading(Kind.WHY, note=asked.value)
    name = corrected_name(text) if asked is not Field.NAME and Field.NAME in answers else None
    if name:
        return name_in(name)
    changed = wants_to_change(text, FIELD_WORDS)
    if changed and changed in answers and asked is not Field.CONFIRMED:
        return FormReading(Kind.CHANGE, emptied=(changed,), note=changed.value)
    given = _contact_given(asked, text)
    if given and (way is None or given.values[Field.WAY] == way.value):
        return given
    says_all = way is Way.EMAIL and "@" in text  # "rather email, ada@mail.com"
    return _other_way(way, answers) if way and not says_all else None


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
