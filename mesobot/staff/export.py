"""Consultation requests as a CSV or JSON file for staff."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from mesobot.consultation.request import StoredRequest
from mesobot.knowledge.zone import local
from mesobot.staff.messages import in_short

_COLUMNS = (
    *("reference", "state", "came_in", "last_change", "way", "name", "contact", "concern"),
    *("preferred_time", "channel", "claimed_by", "messages"),
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROL = ("\t", "\r", "\n")


def as_csv(requests: Sequence[StoredRequest], zone: ZoneInfo) -> str:
    """A table that spreadsheet programs open and cannot run; times are local to ``zone``.

    A cell that would be taken for a formula gets an apostrophe in front (OWASP, "CSV
    Injection"); phone numbers begin with "+" and get one too.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for each in requests:
        cells = (
            each.reference,
            each.state.value,
            local(each.created_at, zone),
            local(each.updated_at, zone),
            each.way.value,
            each.name,
            each.contact,
            each.concern,
            each.preferred_time or "",
            each.channel,
            each.claimed_by or "",
            in_short(each.deliveries),
        )
        writer.writerow(map(harmless, cells))
    return "\ufeff" + out.getvalue()  # without it Excel misreads Turkish letters


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet program takes it for a formula."""
    dangerous = cell.startswith(_CONTROL) or cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if dangerous else cell


def as_json(requests: Sequence[StoredRequest], zone: ZoneInfo) -> str:
    """A list of objects, one for each request; times in ISO 8601 with the zone's offset."""
    listing = [
        {
            "reference": each.reference,
            "state": each.state.value,
            "came_in": each.created_at.astimezone(zone).isoformat(timespec="seconds"),
            "last_change": each.updated_at.astimezone(zone).isoformat(timespec="seconds"),
            "way": each.way.value,
            "name": each.name,
            "contact": each.contact,
            "concern": each.concern,
            "preferred_time": each.preferred_time,
            "channel": each.channel,
            "claimed_by": each.claimed_by,
            "messages": [
                {
                    "kind": message.kind.value,
                    "state": message.state.value,
                    "attempts": message.attempts,
                    "last_problem": message.last_problem,
                }
                for message in each.deliveries
            ],
        }
        for each in requests
    ]
    return json.dumps(listing, ensure_ascii=False, indent=2) + "\n"
