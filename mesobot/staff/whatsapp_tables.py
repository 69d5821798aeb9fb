"""Chats on WhatsApp that are the staff's, as a readable table; patients' texts are shown as text."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mesobot.chats.whatsapp.review import Left, LeftChat
from mesobot.knowledge.zone import local
from mesobot.staff.terminal import visible


def waiting_table(chats: Sequence[LeftChat], zone: ZoneInfo) -> RenderableType:
    """A line for each text, and one for each chat that staff have taken."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("chat", no_wrap=True)
    for column in ("number", "when", "what"):
        table.add_column(column, overflow="fold")
    for chat in chats:
        phone = chat.person.address.phone
        number = f"+{phone}" if phone else "(hidden)"
        until = chat.person.muted_until
        if until is not None:
            taken = f"staff have this chat until {local(until, zone)}"
            table.add_row(chat.name, number, local(chat.person.heard_at, zone), Text(taken))
        for left in chat.texts:
            table.add_row(chat.name, number, local(left.at, zone), _shown(left))
    return table


def _shown(left: Left) -> Text:
    says = "not sent: " if left.unsent else "wrote: "
    return Text(says, style="bold").append(visible(" ".join(left.text.split())), style="not bold")
