"""Consultation requests as readable tables.

Patients' texts are shown as text: nothing in them is read as markup or as an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mesobot.consultation.request import State, StoredRequest
from mesobot.knowledge.zone import local
from mesobot.staff.messages import NAMES, in_full, in_short, is_in_trouble
from mesobot.staff.terminal import visible

_ROOMY = 140
_TROUBLE = "bold red"


def overview(
    requests: Sequence[StoredRequest], zone: ZoneInfo, width: int | None = None
) -> RenderableType:
    """A table of requests.

    Args:
        requests: in the order in which they are shown.
        zone: of the times.
        width: columns of the terminal; on a narrow one a request takes several lines.
            None if there is no limit.
    """
    if width is not None and width < _ROOMY:
        return _stacked(requests, zone)
    table = _table("reference", "state", "came in", "by", "name", "contact", "about", "messages")
    for each in requests:
        table.add_row(
            each.reference,
            Text(_state(each)),
            local(each.created_at, zone),
            each.way.value,
            _text(each.name),
            _text(each.contact),
            _text(each.concern),
            _messages(each),
        )
    return table


def details(request: StoredRequest, zone: ZoneInfo) -> RenderableType:
    """Everything about one request, a line for each thing."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    erased = request.state is State.ERASED
    rows = {
        "reference": request.reference,
        "state": _state(request),
        "name": "(erased)" if erased else request.name,
        "contact": f"{'(erased)' if erased else request.contact} ({request.way.value})",
        "about": "(erased)" if erased else request.concern,
        "time": request.preferred_time or "-",
        "came in": f"{local(request.created_at, zone)} by {request.channel}",
        "last change": local(request.updated_at, zone),
    }
    for name, value in rows.items():
        table.add_row(name, _text(value))
    for delivery in request.deliveries:
        style = _TROUBLE if is_in_trouble(delivery) else ""
        table.add_row(NAMES[delivery.kind], _text(in_full(delivery), style))
    return table


def _stacked(requests: Sequence[StoredRequest], zone: ZoneInfo) -> RenderableType:
    table = _table("request", "patient", "about, messages")
    for number, each in enumerate(requests):
        if number:
            table.add_row()
        request = f"{each.reference}\n{_state(each)}\n{local(each.created_at, zone)}"
        patient = f"{visible(each.name)}\n{visible(each.contact)}"
        about = Text(visible(each.concern) + "\n").append_text(_messages(each))
        table.add_row(Text(request), Text(patient), about)
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    return table


def _messages(request: StoredRequest) -> Text:
    in_trouble = any(map(is_in_trouble, request.deliveries))
    return _text(in_short(request.deliveries), _TROUBLE if in_trouble else "")


def _state(request: StoredRequest) -> str:
    who = f" ({visible(request.claimed_by)})" if request.claimed_by else ""
    return request.state.value + who


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style)
