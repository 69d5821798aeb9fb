"""The weekly digest as a task of the relay's process.

It is computed in a process of its own that ends with it: that takes seconds of processor time and
a hundred megabytes once a week, and deliveries shall not notice.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Engine

from mesobot.consultation.clock import utc_now
from mesobot.consultation.delivery.problems import DeliveryProblem
from mesobot.consultation.delivery.smtp import MailServer
from mesobot.consultation.mail_settings import MailSettings
from mesobot.insight.weekly import LEASE, Claim, WeeklyDigests
from mesobot.insight.weekly_mail import WeeklyMail, keep_sending

_WRITER = (sys.executable, "-m", "mesobot.launch", "mesobot.insight.letter_process")
_LONGEST = LEASE.total_seconds() / 3
"""Seconds to write a letter; the rest of the lease is for sending it."""


def digest_task(
    environment: Mapping[str, str], mail: MailSettings, zone: ZoneInfo
) -> Callable[[Engine, asyncio.Event], Awaitable[None]]:
    """Sends the weekly digest until stopped.

    Args:
        environment: says where the databases are, and who gets it.
        mail: the mail server.
        zone: of the clinic.
    """

    async def write(claim: Claim) -> EmailMessage:
        return await written(environment, claim)

    async def send(engine: Engine, stopping: asyncio.Event) -> None:
        weeks = WeeklyDigests(engine, zone, utc_now)
        weekly = WeeklyMail(weeks, write, MailServer(mail).send, utc_now)
        await keep_sending(weekly, stopping)

    return send


async def written(environment: Mapping[str, str], claim: Claim) -> EmailMessage:
    """The letter of a week.

    Raises:
        DeliveryProblem: if it was not written; the log says why.
    """
    process = await asyncio.create_subprocess_exec(
        *_WRITER,
        claim.week,
        claim.message_id,
        stdout=asyncio.subprocess.PIPE,
        env=dict(environment),
    )
    try:
        letter, _ = await asyncio.wait_for(process.communicate(), _LONGEST)
    except asyncio.TimeoutError:
        raise DeliveryProblem("not written in time") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise DeliveryProblem(f"not written, exit status {process.returncode}")
    message = message_from_bytes(letter, policy=SMTP)
    if not isinstance(message, EmailMessage):
        raise DeliveryProblem("no mail was written")
    return message
