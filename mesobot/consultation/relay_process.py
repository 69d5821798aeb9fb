"""The relay as a process of its own: ``python -m mesobot.consultation.relay_process``.

It delivers, once an hour erases what has been kept for too long, and once a week sends the digest.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import structlog
from sqlalchemy.engine import Engine

from mesobot import paths
from mesobot.chats.forgetting import open_conversations
from mesobot.consultation.clock import utc_now
from mesobot.consultation.database import database_url, open_database
from mesobot.consultation.delivery.messages import (
    Letterhead,
    ascii_address,
    clinic_message,
    patient_message,
)
from mesobot.consultation.delivery.smtp import SmtpSender
from mesobot.consultation.delivery.whatsapp_template import WhatsAppTemplateSender
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.environment import SettingsError
from mesobot.consultation.mail_settings import (
    MailSettings,
    read_digest_address,
    read_mail_settings,
    read_whatsapp_settings,
)
from mesobot.consultation.opening_hours import load_opening_hours
from mesobot.consultation.other_channel import OtherChannel
from mesobot.consultation.outbox import Delivery, DeliveryKind, Outbox
from mesobot.consultation.privacy import Privacy
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.consultation.relay import Pace, Relay, Sender
from mesobot.consultation.relay_watch import Watch
from mesobot.consultation.retention import STATUS_NAME, Sweeper, keep_sweeping
from mesobot.consultation.retrying import Retrying
from mesobot.consultation.transactions import DatabaseUnavailableError
from mesobot.insight.metrics_port import RELAY_PORT, metrics_port
from mesobot.insight.relay_part import digest_task
from mesobot.knowledge.clinic import load_clinic
from mesobot.knowledge.source import read_yaml
from mesobot.knowledge.zone import clinic_zone

STATUS_FILE = paths.STATE / "relay.json"
_UNUSABLE = 2
_MAILS = (DeliveryKind.CLINIC_EMAIL, DeliveryKind.PATIENT_EMAIL)
_CAUGHT_INBOX = "clinic@localhost"
_log = structlog.get_logger()

Task = Callable[[Engine, asyncio.Event], Awaitable[None]]
"""Something to do beside the deliveries, on the same database, until the event is set."""


def run_relay(
    environment: Mapping[str, str],
    *,
    clinic_file: Path = paths.CLINIC / "clinic.yml",
    questionnaire_file: Path = paths.CLINIC / "consultation.yml",
    status_file: Path = STATUS_FILE,
    pace: Pace = Pace(),  # noqa: B008 - it is frozen
    retrying: Retrying = Retrying(),  # noqa: B008 - it is frozen
) -> int:
    """Deliver until SIGTERM or Ctrl-C.

    Returns:
        Exit status: 0, or 2 if a setting is missing or wrong (the log says which).
    """
    try:
        status_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mail = read_mail_settings(environment)
        head = read_letterhead(clinic_file, environment, mail)
        senders = make_senders(environment, mail, head)
        sealer = Sealer.from_environment(environment)
        watch = Watch(status_file, utc_now, mail.caught)
        retention = load_questionnaire(questionnaire_file).retention
        digest_inbox = read_digest_address(environment)
        port = metrics_port(environment, RELAY_PORT)
        chats = open_conversations(environment)

        def make_relay(engine: Engine) -> Relay:
            return Relay(
                Outbox(engine, sealer, utc_now),
                senders,
                watch,
                utc_now,
                fall_back=OtherChannel(engine, utc_now, senders),
                kept=_MAILS if mail.caught else (),
                attempted=count_deliveries(port, engine),
                retrying=retrying,
                pace=pace,
            )

        async def sweep(engine: Engine, stopping: asyncio.Event) -> None:
            privacy = Privacy(engine, sealer, utc_now)
            sweeper = Sweeper(privacy, chats, paths.STATE / "mail", retention, utc_now)
            await keep_sweeping(sweeper, status_file.with_name(STATUS_NAME), utc_now, stopping)

        tasks: list[Task] = [sweep]
        if digest_inbox:
            tasks.append(digest_task(environment, mail, head.zone))
        _log.info(
            "relay",
            kinds=sorted(kind.value for kind in senders),
            caught=mail.caught,
            digest=digest_inbox is not None,
        )
        asyncio.run(_run(database_url(environment), make_relay, tasks, pace))
    except ValueError as error:
        # Content, opening hours, settings, keys and the URL: each says what to correct.
        _log.error("the relay cannot start", problem=str(error))
        return _UNUSABLE
    return 0


def count_deliveries(port: int | None, engine: Engine) -> Callable[[DeliveryKind, str], None]:
    """Counts attempts, and serves that and how requests stand on a loopback port, if one is set."""
    if port is None:
        return lambda _kind, _result: None
    from mesobot.insight.meters import DeliveryMeters, StoreMeters, new_registry, serve

    registry = new_registry()
    registry.register(StoreMeters(engine, utc_now))
    meters = DeliveryMeters(registry)
    serve(port, registry)
    return meters.delivery


def read_letterhead(
    clinic_file: Path, environment: Mapping[str, str], mail: MailSettings
) -> Letterhead:
    """What mails say about the clinic.

    Raises:
        ValueError: if something in the file or the settings cannot be used.
    """
    clinic, content = load_clinic(clinic_file, environment), read_yaml(clinic_file)
    inbox = ascii_address(clinic.email) if clinic.email else None
    if clinic.email and inbox is None:
        raise SettingsError("mail cannot be sent to the clinic's e-mail address as it is written")
    return Letterhead(
        clinic=str(content.get("name") or f"the clinic in {clinic.city}"),
        sender=mail.sender,
        inbox=inbox or (_CAUGHT_INBOX if mail.caught else None),
        zone=clinic_zone(clinic_file),
        hours=load_opening_hours(clinic_file),
        whatsapp_link=clinic.whatsapp_link,
        emergency_number=clinic.emergency_number,
        emergency_country=clinic.emergency_country,
    )


def make_senders(
    environment: Mapping[str, str], mail: MailSettings, head: Letterhead
) -> dict[DeliveryKind, Sender]:
    """A sender for each kind of message that can be delivered with these settings.

    Raises:
        SettingsError: if a setting is missing or wrong.
    """

    def to_clinic(delivery: Delivery) -> EmailMessage:
        return clinic_message(delivery, head, utc_now())

    def to_patient(delivery: Delivery) -> EmailMessage:
        return patient_message(delivery, head, utc_now())

    senders: dict[DeliveryKind, Sender] = {
        DeliveryKind.PATIENT_EMAIL: SmtpSender(mail, to_patient),
    }
    if head.inbox is not None:
        senders[DeliveryKind.CLINIC_EMAIL] = SmtpSender(mail, to_clinic)
    whatsapp = read_whatsapp_settings(environment)
    if whatsapp is not None:
        senders[DeliveryKind.CLINIC_WHATSAPP] = WhatsAppTemplateSender(whatsapp)
    return senders


async def _run(
    url: str,
    make_relay: Callable[[Engine], Relay],
    tasks: Sequence[Task],
    pace: Pace,
) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    engine = await _opened(url, stopping, pace)
    if engine is None:
        return
    relay = make_relay(engine)
    running = asyncio.create_task(relay.run())
    others = [asyncio.ensure_future(task(engine, stopping)) for task in tasks]
    signalled = asyncio.create_task(stopping.wait())
    await asyncio.wait({running, signalled}, return_when=asyncio.FIRST_COMPLETED)
    relay.stop()
    stopping.set()
    signalled.cancel()
    await running
    await asyncio.gather(*others)
    engine.dispose()


async def _opened(url: str, stopping: asyncio.Event, pace: Pace) -> Engine | None:
    """The database as soon as it is there, or None if the process is stopped before that."""
    failures = 0
    while not stopping.is_set():
        try:
            return await asyncio.to_thread(open_database, url)
        except DatabaseUnavailableError as error:
            failures += 1
            if failures == 1:
                _log.error("database unavailable, trying on", problem=str(error))
            pause = min(pace.longest_pause, pace.idle * 2 ** min(failures, 10))
            try:
                await asyncio.wait_for(stopping.wait(), pause)
            except asyncio.TimeoutError:
                continue
    return None


if __name__ == "__main__":
    sys.exit(run_relay(os.environ))
