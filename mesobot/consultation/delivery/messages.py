"""What the mails about a request say: to the clinic, and to the patient.

Headers hold a reference and addresses, never a name or anything about health; the patient's
mail does not even repeat the concern, since it travels to a mailbox that others may read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from mesobot.consultation.delivery.letter import Entry, fill, new_letter, one_line
from mesobot.consultation.delivery.problems import ConfigurationProblem, PermanentProblem
from mesobot.consultation.opening_hours import OpeningHours
from mesobot.consultation.outbox import Delivery
from mesobot.consultation.request import Way

_CHANNELS = {
    "web": "the chat on the website",
    "whatsapp": "the WhatsApp chat",
    "rest": "the chat (REST)",
}


@dataclass(frozen=True)
class Letterhead:
    """What the mails say about the clinic.

    Attributes:
        clinic: its name.
        sender: where mails come from; its own display name wins over ``clinic``.
        inbox: the clinic's address, or None when it has none.
        zone: the clinic's time zone.
        hours: its opening hours, or None when they are not configured.
        whatsapp_link: click-to-chat link for patients.
    """

    clinic: str
    sender: Address
    inbox: str | None
    zone: ZoneInfo
    hours: OpeningHours | None
    whatsapp_link: str
    emergency_number: str
    emergency_country: str


def clinic_message(delivery: Delivery, head: Letterhead, now: datetime) -> EmailMessage:
    """The mail that brings a request to the clinic's inbox; replying answers the patient.

    Raises:
        ConfigurationProblem: if the clinic has no address.
        PermanentProblem: if something cannot stand in a header.
    """
    if head.inbox is None:
        raise ConfigurationProblem("no e-mail address of the clinic")
    request = delivery.request
    entries = [
        Entry("Reference", delivery.reference),
        Entry("Received", _local(request.created_at, head.zone)),
        Entry("Name", one_line(request.name)),
        _reach(request.way, one_line(request.contact)),
        Entry("Topic", one_line(request.concern)),
        Entry("Preferred time", one_line(request.preferred_time or "not said")),
        Entry("Came through", _CHANNELS.get(request.channel, one_line(request.channel))),
    ]
    hint = (
        "To answer, just reply to this mail: it goes to the patient."
        if request.way is Way.EMAIL
        else "To answer, open the WhatsApp link above."
    )
    marks = (
        "When you take care of it, tell your colleagues:  mesobot requests claim "
        f"{delivery.reference}\nAfterwards:  mesobot requests contacted {delivery.reference}\n"
        f"To take it off the list:  mesobot requests close {delivery.reference}"
    )
    message = _message(delivery, head, head.inbox, now)
    message["Subject"] = f"Consultation request {delivery.reference}"
    reply_to = ascii_address(request.contact) if request.way is Way.EMAIL else None
    if reply_to is not None:
        message["Reply-To"] = reply_to
    fill(message, ["Somebody would like to talk to the clinic."], entries, [hint, marks])
    return message


def patient_message(delivery: Delivery, head: Letterhead, now: datetime) -> EmailMessage:
    """The acknowledgement for the patient.

    Raises:
        PermanentProblem: if the address is none that every mail server accepts.
    """
    address = ascii_address(delivery.request.contact)
    if address is None:
        raise PermanentProblem("address with special letters")
    entries = [Entry("Your reference", delivery.reference)]
    expected = head.hours.expectation(now) if head.hours else None
    if expected is not None:
        entries.append(Entry("The clinic is next open", f"{expected} ({_place(head.zone)} time)"))
    entries.append(Entry("To reach the clinic yourself", "WhatsApp", head.whatsapp_link))
    erase = (
        "You can withdraw your consent and have your details deleted at any time: write to the "
        "clinic and name the reference."
    )
    emergency = (
        f"In an emergency do not wait for an answer: call {head.emergency_number} (in "
        f"{head.emergency_country})."
    )
    message = _message(delivery, head, address, now)
    message["Subject"] = f"Your request {delivery.reference}"
    if head.inbox is not None:
        message["Reply-To"] = head.inbox
    fill(
        message,
        [
            f"Hello {one_line(delivery.request.name)},",
            f"your request to {head.clinic} has been saved for the people there, who answer "
            "by e-mail.",
        ],
        entries,
        [emergency, erase, "This is an automated message."],
    )
    return message


def ascii_address(address: str) -> str | None:
    """The address as every mail server understands it, or None if there is no such form."""
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.ascii_email


def _message(delivery: Delivery, head: Letterhead, to: str, now: datetime) -> EmailMessage:
    # Of this attempt, not of the request: a mail that was held up must not sort as an old one.
    return new_letter(delivery.message_id, head.sender, head.clinic, to, now)


def _reach(way: Way, contact: str) -> Entry:
    if way is Way.EMAIL:
        return Entry("Reach by e-mail", contact, f"mailto:{contact}")
    link = f"https://wa.me/{re.sub(r'[^0-9]', '', contact)}"
    return Entry("Reach by WhatsApp", contact, link)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    there = moment.astimezone(zone)
    return f"{there:%A} {there.day} {there:%B %Y, %H:%M} ({_place(zone)} time)"


def _place(zone: ZoneInfo) -> str:
    return zone.key.rpartition("/")[2].replace("_", " ")
