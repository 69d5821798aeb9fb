"""Consultation requests as a CSV or JSON file for staff."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

from mesobot.consultation.request import StoredRequest

_COLUMNS = (
    *("reference", "state", "created_at", "way", "name", "contact", "concern"),
    *("preferred_time", "channel", "claimed_by"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(requests: Sequence[StoredRequest]) -> str:
    """A table that spreadsheet programs open and cannot run.

    A cell that would be taken for a formula gets an apostrophe in front (OWASP, "CSV
    Injection"); phone numbers begin with "+" and get one too.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in _rows(requests):
        writer.writerow(
            [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row.values()]
        )
    return "\ufeff" + out.getvalue()  # without it Excel misreads Turkish letters


def as_json(requests: Sequence[StoredRequest]) -> str:
    """A list of objects, one for each request; times in ISO 8601, UTC."""
    return json.dumps(_rows(requests), ensure_ascii=False, indent=2) + "\n"


def write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner can read.

    Raises:
        OSError: if it cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        os.fchmod(handle, 0o600)  # it may have existed with other rights
        file.write(text)


def _rows(requests: Sequence[StoredRequest]) -> list[dict[str, str]]:
    return [
        {
            "reference": each.reference,
            "state": each.state.value,
            "created_at": each.created_at.isoformat(),
            "way": each.way.value,
            "name": each.name,
            "contact": each.contact,
            "concern": each.concern,
            "preferred_time": each.preferred_time or "",
            "channel": each.channel,
            "claimed_by": each.claimed_by or "",
        }
        for each in requests
    ]
