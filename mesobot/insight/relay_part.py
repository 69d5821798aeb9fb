"""The weekly digest as a task of the relay's process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Engine

from mesobot.consultation.clock import utc_now
from mesobot.consultation.delivery.smtp import MailServer
from mesobot.consultation.mail_settings import MailSettings
from mesobot.insight.digest import Digest
from mesobot.insight.installation import open_sources
from mesobot.insight.letter import FEWEST_IN_MAILS
from mesobot.insight.period import Period
from mesobot.insight.weekly import WeeklyDigests
from mesobot.insight.weekly_mail import WeeklyMail, keep_sending


def digest_task(
    environment: Mapping[str, str], mail: MailSettings, to: str, zone: ZoneInfo
) -> Callable[[Engine, asyncio.Event], Awaitable[None]]:
    """Sends the weekly digest until stopped.

    Content and encoder are read when a digest is due, and let go afterwards: that is once a week.

    Args:
        environment: says where the databases are.
        mail: the mail server.
        to: who gets it.
        zone: of the clinic.
    """

    async def send(engine: Engine, stopping: asyncio.Event) -> None:
        def make(period: Period, now: datetime) -> Digest:
            return open_sources(environment, engine).digest(period, now, FEWEST_IN_MAILS)

        weeks = WeeklyDigests(engine, zone, utc_now)
        server = MailServer(mail)
        weekly = WeeklyMail(weeks, make, server.send, sender=mail.sender, to=to, clock=utc_now)
        await keep_sending(weekly, stopping)

    return send
