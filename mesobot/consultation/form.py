"""What a consultation request asks for, and what a message can be to it.

How one field's answer is read says ``form_fields.py``; whether a message is an answer at all says
``form_answers.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Field(str, Enum):
    """What is asked, in this order; the values are slots of the dialogue."""

    WAY = "consultation_way"
    NAME = "consultation_name"
    CONTACT = "consultation_contact"
    CONCERN = "consultation_concern"
    TIME = "consultation_time"
    CONSENT = "consultation_consent"
    CONFIRMED = "consultation_confirmed"


KNOWN_NUMBER = "consultation_known_number"
"""Slot of the number that the patient writes from, where that is known; it is asked to confirm."""


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
        asks_too: whether the message also asks something, which is answered before going on.
    """

    kind: Kind
    values: dict[Field, str] = field(default_factory=dict)
    emptied: tuple[Field, ...] = ()
    note: str = ""
    asks_too: bool = False
