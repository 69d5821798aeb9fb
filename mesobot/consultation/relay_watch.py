"""Says how the relay is doing: an alarm in the log, and a small file for `mesobot doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from mesobot.consultation.clock import Clock
from mesobot.consultation.files import replace

ALARM_AFTER = timedelta(minutes=15)
_REPEATED_AFTER = timedelta(minutes=15)
_log = structlog.get_logger()


@dataclass(frozen=True)
class RelayStatus:
    """How deliveries stand.

    Attributes:
        seen_at: when the relay last looked (ISO 8601, UTC).
        waiting: messages not sent yet.
        dead: messages given up.
        oldest_seconds: age of the oldest of them whose request is still open, or None.
        last_problem: why the last failed delivery failed, or None.
        caught: whether mails go to the catcher of this machine, that is to nobody.
    """

    seen_at: str
    waiting: int
    dead: int
    oldest_seconds: int | None
    last_problem: str | None
    caught: bool


class Watch:
    """Reports what the relay found out.

    Args:
        path: status file, replaced as a whole each time.
        clock: gives the present moment.
        caught: whether mails go to the catcher of this machine.
    """

    def __init__(self, path: Path, clock: Clock, caught: bool = False) -> None:
        self._path = path
        self._clock = clock
        self._caught = caught
        self._last_problem: str | None = None
        self._alarmed_at: datetime | None = None

    def problem(self, text: str) -> None:
        """Remember why a delivery failed."""
        self._last_problem = text

    def report(self, oldest: timedelta | None, waiting: int, dead: int) -> None:
        """Write the file, and raise the alarm when something has waited for too long."""
        now = self._clock()
        if oldest is not None and oldest >= ALARM_AFTER:
            self._alarm(now, oldest, waiting, dead)
        else:
            self._alarmed_at = None
        status = RelayStatus(
            seen_at=now.isoformat(timespec="seconds"),
            waiting=waiting,
            dead=dead,
            oldest_seconds=None if oldest is None else int(oldest.total_seconds()),
            last_problem=self._last_problem,
            caught=self._caught,
        )
        try:
            replace(self._path, json.dumps(asdict(status), indent=2) + "\n")
        except OSError as error:
            _log.warning("relay status not written", problem=type(error).__name__)

    def _alarm(self, now: datetime, oldest: timedelta, waiting: int, dead: int) -> None:
        since = None if self._alarmed_at is None else now - self._alarmed_at
        # A clock that was set back must not silence it.
        if since is not None and timedelta(0) <= since < _REPEATED_AFTER:
            return
        self._alarmed_at = now
        _log.error(
            "requests undelivered: somebody must look at them (mesobot requests list)",
            oldest_minutes=int(oldest.total_seconds() // 60),
            waiting=waiting,
            dead=dead,
            last_problem=self._last_problem,
        )


def read_status(path: Path) -> RelayStatus | None:
    """What the relay last wrote, or None if it never ran (or the file is no such file)."""
    try:
        return RelayStatus(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
