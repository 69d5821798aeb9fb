"""The mails that the catcher keeps in the place of a mailbox, and removing them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path


def mark_of(message_id: str) -> str:
    """The part of a file's name that is the same for mails with the same Message-ID."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:12]


def forget_caught_mails(folder: Path, message_ids: Iterable[str]) -> int:
    """Delete what was kept of these messages; returns how many files.

    Raises:
        OSError: if one cannot be deleted.
    """
    marks = {mark_of(message_id) for message_id in message_ids}
    meant = [path for path in folder.glob("*.eml") if path.stem.rpartition("-")[2] in marks]
    return _delete(meant)


def forget_old_mails(folder: Path, before: datetime) -> int:
    """Delete what was kept before that moment; returns how many files.

    Raises:
        OSError: if one cannot be deleted.
    """
    return _delete(p for p in folder.glob("*.eml") if p.stat().st_mtime < before.timestamp())


def _delete(paths: Iterable[Path]) -> int:
    count = 0
    for path in paths:
        path.unlink(missing_ok=True)
        count += 1
    return count
