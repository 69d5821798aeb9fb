"""A mail: its headers, and a body that says the same as plain text and as HTML."""

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

from mesobot.consultation.delivery.problems import PermanentProblem

_MESSAGE_ID = re.compile(r"<[\w.+-]+@[\w.-]+>", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """A line of the body's table."""

    label: str
    value: str
    link: str | None = None


def new_letter(
    message_id: str, sender: Address, clinic: str, to: str, now: datetime
) -> EmailMessage:
    """A mail without subject and body.

    Args:
        message_id: the same in each attempt.
        sender: where it comes from; its own display name wins over ``clinic``.
        clinic: name of the clinic.
        to: address of the recipient.
        now: present moment.

    Raises:
        PermanentProblem: if something cannot stand in a header.
    """
    if not _MESSAGE_ID.fullmatch(message_id) or not to.isprintable():
        raise PermanentProblem("not usable in a header")
    message = EmailMessage(policy=SMTP)
    message["From"] = (
        sender if sender.display_name else Address(one_line(clinic), addr_spec=sender.addr_spec)
    )
    message["To"] = to
    message["Date"] = now
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    return message


def one_line(text: str) -> str:
    """Without line breaks, control characters and marks that turn the reading direction."""
    kept = (" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in kept if unicodedata.category(char)[0] != "C").split())


def fill(
    message: EmailMessage, before: Sequence[str], entries: Sequence[Entry], after: Sequence[str]
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


def _plain(entry: Entry) -> str:
    if entry.link is None or entry.link.startswith("mailto:"):
        return entry.value
    return f"{entry.value}  {entry.link}"


def _linked(entry: Entry) -> str:
    shown = html.escape(entry.value)
    return shown if entry.link is None else f'<a href="{html.escape(entry.link)}">{shown}</a>'


def _paragraphs(texts: Sequence[str]) -> str:
    escaped = (html.escape(text).replace("\n", "<br>") for text in texts)
    return "".join(f"<p>{text}</p>\n" for text in escaped)
