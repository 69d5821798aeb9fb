"""Consultation requests as readable tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mesobot.consultation.request import DeliveryState, DeliveryStatus, StoredRequest


def overview(requests: Sequence[StoredRequest], zone: ZoneInfo) -> RenderableType:
    """One line for each request; times are local to ``zone``.

    Patients' texts are shown as text: nothing in them is read as markup.
    """
    table = Table(box=None, pad_edge=False)
    for column in ("reference", "state", "since", "by", "name", "contact", "about", "messages"):
        table.add_column(column, overflow="fold")
    for each in requests:
        cells = (
            each.reference,
            each.state.value,
            local(each.created_at, zone),
            each.way.value,
            each.name,
            each.contact,
            each.concern,
            "; ".join(_trouble(each.deliveries)) or "ok",
        )
        table.add_row(*map(Text, cells))
    return table


def details(request: StoredRequest, zone: ZoneInfo) -> RenderableType:
    """Everything about one request."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    rows = {
        "reference": request.reference,
        "state": request.state.value + (f", {request.claimed_by}" if request.claimed_by else ""),
        "name": request.name,
        "contact": f"{request.contact} ({request.way.value})",
        "about": request.concern,
        "time": request.preferred_time or "-",
        "came in": f"{local(request.created_at, zone)} by {request.channel}",
        "last change": local(request.updated_at, zone),
    }
    for name, value in rows.items():
        table.add_row(name, Text(value))
    for delivery in request.deliveries:
        problem = f", {delivery.last_problem}" if delivery.last_problem else ""
        state = f"{delivery.state.value} after {delivery.attempts} attempt(s){problem}"
        table.add_row(delivery.kind.value, Text(state))
    return table


def local(moment: datetime, zone: ZoneInfo) -> str:
    """A time as people of that zone write it: ``2026-11-24 18:05``."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _trouble(deliveries: Sequence[DeliveryStatus]) -> list[str]:
    quiet = (DeliveryState.SENT, DeliveryState.CANCELLED)
    return [
        f"{each.kind.value}: {each.state.value}" for each in deliveries if each.state not in quiet
    ]
