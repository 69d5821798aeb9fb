"""Chats on WhatsApp that are the staff's, as a readable table; patients' texts are shown as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mesobot.chats.whatsapp.people import Person
from mesobot.chats.whatsapp.review import Left, LeftChat, Stuck
from mesobot.knowledge.zone import local
from mesobot.staff.terminal import visible


def waiting_table(chats: Sequence[LeftChat], zone: ZoneInfo, now: datetime) -> RenderableType:
    """A line for each text, and one for who wants a person, wants no messages, or has one of the staff."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("chat", no_wrap=True)
    for column in ("number", "when", "what"):
        table.add_column(column, overflow="fold")
    for chat in chats:
        phone = chat.person.address.phone
        number = f"+{phone}" if phone else "(hidden)"
        for at, words in _standing(chat.person, zone, now):
            table.add_row(chat.name, number, local(at, zone), Text(words))
        for left in chat.texts:
            table.add_row(chat.name, number, local(left.at, zone), _shown(left))
    return table


def _standing(person: Person, zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, str]]:
    """How a chat stands, and since when."""
    if person.asked_at is not None:
        yield person.asked_at, "wants a person: write to them, then `mesobot whatsapp done`"
    if person.muted_until is not None and person.muted_until > now:
        yield person.heard_at, f"staff have this chat until {local(person.muted_until, zone)}"
    if person.stopped:
        yield person.heard_at, "wrote STOP: wants no messages"


def _shown(left: Left) -> Text:
    says = "not sent: " if left.unsent else "wrote: "
    return Text(says, style="bold").append(visible(" ".join(left.text.split())), style="not bold")


def stuck_in_words(stuck: Stuck) -> str:
    """How many answers do not go out, and why as far as is known."""
    why = f" ({stuck.problem})" if stuck.problem else ""
    answers = "1 answer waits" if stuck.count == 1 else f"{stuck.count} answers wait"
    return f"{answers} to be sent on WhatsApp{why}."
