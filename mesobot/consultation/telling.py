"""What a patient is told about a stored request: contacts in part, in case others read along."""

from __future__ import annotations

from datetime import tzinfo

from mesobot.consultation.request import StoredRequest

_SHOWN_DIGITS = 2
_NOT_GIVEN = "not given"


def masked(contact: str) -> str:
    """A phone number or an e-mail address so that its owner recognises it."""
    if "@" in contact:
        name, _, domain = contact.rpartition("@")
        return f"your e-mail address {name[:1]}…@{domain}"
    return f"your number ending in {contact[-_SHOWN_DIGITS:]}" if contact else _NOT_GIVEN


def request_values(request: StoredRequest, zone: tzinfo) -> dict[str, str]:
    """What the reply about one request is filled with."""
    made = request.created_at.astimezone(zone)
    return {
        "known_reference": request.reference,
        "known_date": f"{made.day} {made:%B %Y}",
        "known_name": request.name or _NOT_GIVEN,
        "known_contact": masked(request.contact),
        "known_concern": request.concern or _NOT_GIVEN,
        "known_time": request.preferred_time or _NOT_GIVEN,
    }


def answers_in_words(name: str, contact: str, concern: str, time: str) -> str:
    """The answers of a form that was not sent, or "" if there are none."""
    shown = (name, masked(contact) if contact else "", concern, time)
    return ", ".join(answer for answer in shown if answer)
