"""What the mails about a request say: to the clinic, and to the patient.

Headers hold a reference and addresses, never a name or anything about health; the patient's
mail does not even repeat the concern, since it travels to a mailbox that others may read.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from mesobot.consultation.delivery.problems import ConfigurationProblem, PermanentProblem
from mesobot.consultation.opening_hours import OpeningHours
from mesobot.consultation.outbox import Delivery
from mesobot.consultation.request import Way

_MESSAGE_ID = re.compile(r"<[\w.+-]+@[\w.-]+>", re.ASCII)
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


@dataclass(frozen=True)
class _Entry:
    label: str
    value: str
    link: str | None = None


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
        _Entry("Reference", delivery.reference),
        _Entry("Received", _local(request.created_at, head.zone)),
        _Entry("Name", _one_line(request.name)),
        _reach(request.way, _one_line(request.contact)),
        _Entry("Topic", _one_line(request.concern)),
        _Entry("Preferred time", _one_line(request.preferred_time or "not said")),
        _Entry("Came through", _CHANNELS.get(request.channel, _one_line(request.channel))),
    ]
    hint = (
        "To answer, just reply to this mail: it goes to the patient."
        if request.way is Way.EMAIL
        else "To answer, open the WhatsApp link above."
    )
    marks = (
        "When you take care of it, tell your colleagues:  mesobot requests claim "
        f"{delivery.reference}\nAfterwards:  mesobot requests contacted {delivery.reference}"
    )
    message = _message(delivery, head, head.inbox, now)
    message["Subject"] = f"Consultation request {delivery.reference}"
    reply_to = ascii_address(request.contact) if request.way is Way.EMAIL else None
    if reply_to is not None:
        message["Reply-To"] = reply_to
    _fill(message, ["Somebody would like to talk to the clinic."], entries, [hint, marks])
    return message


def patient_message(delivery: Delivery, head: Letterhead, now: datetime) -> EmailMessage:
    """The acknowledgement for the patient.

    Raises:
        PermanentProblem: if the address is none that every mail server accepts.
    """
    address = ascii_address(delivery.request.contact)
    if address is None:
        raise PermanentProblem("address with special letters")
    entries = [_Entry("Your reference", delivery.reference)]
    expected = head.hours.expectation(now) if head.hours else None
    if expected is not None:
        entries.append(_Entry("The clinic is next open", f"{expected} ({_place(head.zone)} time)"))
    entries.append(_Entry("To reach the clinic yourself", "WhatsApp", head.whatsapp_link))
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
    _fill(
        message,
        [
            f"Hello {_one_line(delivery.request.name)},",
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
    if not _MESSAGE_ID.fullmatch(delivery.message_id) or not to.isprintable():
        raise PermanentProblem("not usable in a header")
    message = EmailMessage(policy=SMTP)
    message["From"] = (
        head.sender
        if head.sender.display_name
        else Address(_one_line(head.clinic), addr_spec=head.sender.addr_spec)
    )
    message["To"] = to
    # Of this attempt, not of the request: a mail that was held up must not sort as an old one.
    message["Date"] = now
    message["Message-ID"] = delivery.message_id
    message["Auto-Submitted"] = "auto-generated"
    return message


def _reach(way: Way, contact: str) -> _Entry:
    if way is Way.EMAIL:
        return _Entry("Reach by e-mail", contact, f"mailto:{contact}")
    link = f"https://wa.me/{re.sub(r'[^0-9]', '', contact)}"
    return _Entry("Reach by WhatsApp", contact, link)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    there = moment.astimezone(zone)
    return f"{there:%A} {there.day} {there:%B %Y, %H:%M} ({_place(zone)} time)"


def _place(zone: ZoneInfo) -> str:
    return zone.key.rpartition("/")[2].replace("_", " ")


def _one_line(text: str) -> str:
    """Without line breaks, control characters and marks that turn the reading direction."""
    kept = (" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in kept if unicodedata.category(char)[0] != "C").split())


def _fill(
    message: EmailMessage, before: Sequence[str], entries: Sequence[_Entry], after: Sequence[str]
) -> None:
    """Write the body twice: as plain text, and as HTML that says the same."""
    width = max(len(entry.label) for entry in entries) + 1
    lines = [f"{entry.label + ':':<{width}} {_plain(entry)}" for entry in entries]
    message.set_content("\n\n".join([*before, "\n".join(lines), *after]) + "\n")
    rows = "".join(
        f"<tr><th align='left' valign='top'>{html.escape(entry.label)}</th>"
        f"<td>{_linked(entry)}</td></tr>\n"
        for entry in entries
    )
    message.add_alternative(
        "<!DOCTYPE html>\n<html lang='en'><body>\n"
        f"{_paragraphs(before)}<table cellpadding='4'>\n{rows}</table>\n{_paragraphs(after)}"
        "</body></html>\n",
        subtype="html",
    )


def _plain(entry: _Entry) -> str:
    if entry.link is None or entry.link.startswith("mailto:"):
        return entry.value
    return f"{entry.value}  {entry.link}"


def _linked(entry: _Entry) -> str:
    shown = html.escape(entry.value)
    return shown if entry.link is None else f'<a href="{html.escape(entry.link)}">{shown}</a>'


def _paragraphs(texts: Sequence[str]) -> str:
    escaped = (html.escape(text).replace("\n", "<br>") for text in texts)
    return "".join(f"<p>{text}</p>\n" for text in escaped)
