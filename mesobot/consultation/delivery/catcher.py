"""Keeps mails as files while no mail server is configured: nobody else gets them.

The relay speaks real SMTP to it, on loopback.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from datetime import datetime, timezone
from email.parser import BytesHeaderParser
from pathlib import Path

import structlog
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from mesobot import paths
from mesobot.consultation.delivery.caught_mails import mark_of
from mesobot.consultation.mail_settings import catcher_port

_LARGEST_MAIL = 1024 * 1024
_log = structlog.get_logger()


class MailKeeper:
    """Writes each mail that arrives to a file of its own (an aiosmtpd handler).

    Args:
        folder: made if it is not there; readable by this user only.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accept the mail once it is on disk."""
        try:
            path = keep_mail(self._folder, envelope.original_content or b"")
        except OSError as error:
            _log.error("mail not kept", problem=type(error).__name__)
            return "451 the mail could not be written"
        _log.info("mail kept, sent to nobody", file=str(path))
        return "250 kept"


def keep_mail(folder: Path, content: bytes) -> Path:
    """Write one mail so that the file is there as a whole or not at all.

    Returns:
        The file; its name begins with the time, and ends with a part that is the same for
        mails with the same Message-ID.

    Raises:
        OSError: if it cannot be written.
    """
    message_id = str(BytesHeaderParser().parsebytes(content).get("Message-ID", ""))
    now = time.time_ns()
    moment = datetime.fromtimestamp(now // 10**9, timezone.utc)
    path = folder / f"{moment:%Y%m%dT%H%M%S}.{now % 10**9:09}Z-{mark_of(message_id)}.eml"
    unfinished = path.with_suffix(".part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def run_catcher(port: int, folder: Path) -> int:
    """Catch mails on loopback until SIGTERM or Ctrl-C.

    Returns:
        Exit status: 0, or 1 if it could not start.
    """
    loop = asyncio.new_event_loop()
    try:
        controller = UnthreadedController(
            MailKeeper(folder),
            loop=loop,
            hostname="127.0.0.1",
            port=port,
            data_size_limit=_LARGEST_MAIL,
            ident="mail catcher",
        )
        controller.begin()  # type: ignore[no-untyped-call]
    except OSError as error:
        _log.error("mail catcher cannot start", port=port, problem=type(error).__name__)
        loop.close()
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, loop.stop)
    _log.info("no mail server is configured: mails are kept here", folder=str(folder))
    loop.run_forever()
    controller.end()  # type: ignore[no-untyped-call]
    loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(run_catcher(catcher_port(os.environ), paths.STATE / "mail"))
