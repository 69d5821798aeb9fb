"""What is kept for too long is erased: requests, chats, and mails that the catcher kept.

The relay does it, as the one process of ours that always runs and answers nobody.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from mesobot.chats.forgetting import Chats
from mesobot.consultation.clock import Clock
from mesobot.consultation.delivery.caught_mails import forget_caught_mails, forget_old_mails
from mesobot.consultation.files import replace
from mesobot.consultation.privacy import Privacy
from mesobot.consultation.questionnaire import Retention

EVERY = timedelta(hours=1)
STATUS_NAME = "retention.json"
_log = structlog.get_logger()


@dataclass(frozen=True)
class Swept:
    """What one sweep removed; None where it failed.

    Attributes:
        erased: requests that now hold nothing about the person.
        deleted: requests that had been closed or erased for as long, with all rows about them.
        chat_events: things said, and what was noted about them.
        mails: files.
    """

    erased: int | None
    deleted: int | None
    chat_events: int | None
    mails: int | None


class Sweeper:
    """Erases what is too old, place by place: one that fails does not keep the others.

    Args:
        privacy: erases requests.
        chats: the conversations.
        mail_folder: where the mail catcher keeps mails.
        retention: how long what is kept.
        clock: gives the present moment.
    """

    def __init__(
        self,
        privacy: Privacy,
        chats: Chats,
        mail_folder: Path,
        retention: Retention,
        clock: Clock,
    ) -> None:
        self._privacy = privacy
        self._chats = chats
        self._mail_folder = mail_folder
        self._requests = timedelta(days=retention.requests)
        self._talk = timedelta(days=retention.chats)
        self._clock = clock

    def sweep(self) -> Swept:
        """Erase once what is due by now, and overwrite what earlier erasures had to leave."""
        return Swept(
            deleted=_tried("requests", lambda: self._privacy.purge(self._requests)),
            erased=_tried(
                "requests", lambda: len(self._privacy.erase_old(self._requests).references)
            ),
            chat_events=_tried("chats", lambda: self._chats.purge(self._talk)),
            mails=_tried("mails", self._sweep_mails),
        )

    def _sweep_mails(self) -> int:
        theirs = self._privacy.erased_message_ids()
        old = forget_old_mails(self._mail_folder, self._clock() - self._requests)
        return old + forget_caught_mails(self._mail_folder, theirs)


async def keep_sweeping(
    sweeper: Sweeper,
    status_file: Path,
    clock: Clock,
    stopping: asyncio.Event,
    every: timedelta = EVERY,
) -> None:
    """Sweep now and then regularly, until stopped; the log and the file get counts only."""
    while not stopping.is_set():
        swept = asdict(await asyncio.to_thread(sweeper.sweep))
        _log.info("retention", **swept)
        if None not in swept.values():
            status = {"swept_at": clock().isoformat(timespec="seconds"), **swept}
            try:
                replace(status_file, json.dumps(status, indent=2) + "\n")
            except OSError as error:
                _log.warning("retention status not written", problem=type(error).__name__)
        try:
            await asyncio.wait_for(stopping.wait(), every.total_seconds())
        except asyncio.TimeoutError:
            continue


def last_sweep(status_file: Path) -> datetime | None:
    """When everything was last swept, or None if never (or the file is no such file)."""
    try:
        moment = datetime.fromisoformat(json.loads(status_file.read_text("utf-8"))["swept_at"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return moment if moment.tzinfo else None


def _tried(place: str, work: Callable[[], int]) -> int | None:
    try:
        return work()
    except Exception as error:  # its text may quote what is stored
        _log.error(
            "retention failed, trying again later", place=place, problem=type(error).__name__
        )
        return None
