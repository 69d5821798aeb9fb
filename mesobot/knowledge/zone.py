"""The clinic's time zone: in it staff and mails name times."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mesobot.knowledge.source import ContentError, read_yaml

ISTANBUL = ZoneInfo("Europe/Istanbul")


def clinic_zone(clinic_file: Path) -> ZoneInfo:
    """The zone of the opening hours in ``clinic.yml``, Istanbul's if there is none.

    A mistake in that file must keep nobody from seeing the requests; `mesobot doctor` tells of it.
    """
    try:
        hours = read_yaml(clinic_file).get("opening_hours")
        name = hours.get("time_zone") if isinstance(hours, dict) else None
        return ZoneInfo(name) if isinstance(name, str) and name else ISTANBUL
    except (ContentError, ZoneInfoNotFoundError, ValueError, OSError):
        return ISTANBUL


def local(moment: datetime, zone: ZoneInfo) -> str:
    """A time as people of that zone write it: ``2026-11-24 18:05``."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
