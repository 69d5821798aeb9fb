"""``mesobot digest`` and ``mesobot missed``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Optional

import typer

from mesobot import paths
from mesobot.insight.desk import SINCE, explained, local_zone
from mesobot.staff.desk import WRONG_USAGE, give_up

if TYPE_CHECKING:
    from datetime import datetime

    from mesobot.insight.digest import Sources
    from mesobot.insight.period import Period

_FILE_NAME = "digest.html"
"""Always the same: no heap of pages grows that nobody erases."""


def digest(
    *,
    week: Optional[str] = typer.Option(None, help="A calendar week, like 2026-W47."),
    since: Optional[str] = typer.Option(None, help="Days up to now: 7d, or from 2026-11-01 on."),
    file: Optional[Path] = typer.Option(None, "--file", help="Where to; default: var/digest.html."),
    json_file: Optional[Path] = typer.Option(None, "--json", help="All figures as JSON, too."),
    fewest: int = typer.Option(
        2, min=1, help="People who must have asked something before it is quoted."
    ),
    mail: bool = typer.Option(False, "--mail", help="Send it to MESOBOT_DIGEST_EMAIL as well."),
) -> None:
    """What patients asked: a page to look at. Without a period: the latest week that is over."""
    from mesobot.consultation.clock import utc_now
    from mesobot.insight.installation import open_sources
    from mesobot.insight.page import digest_page
    from mesobot.insight.period import last_week, read_since, read_week

    if week and since:
        give_up("Give --week or --since, not both.", WRONG_USAGE)
    now, zone = utc_now(), local_zone()
    with explained():
        if week:
            period = read_week(week, zone)
        else:
            period = read_since(since, now, zone) if since else last_week(now, zone)
        sources = open_sources(os.environ)
        made = sources.digest(period, now, fewest)
    target = file or paths.STATE / _FILE_NAME
    _write(target, digest_page(made))
    typer.echo(f"The digest of {period.in_words}: {target}")
    if json_file:
        import json

        _write(json_file, json.dumps(made.as_json(), ensure_ascii=False, indent=2) + "\n")
        typer.echo(f"All figures: {json_file}")
    if mail:
        with explained():
            _send(sources, period, now)


def missed(
    since: str = SINCE,
    fewest: int = typer.Option(1, min=1, help="Show only what so many people asked."),
) -> None:
    """Questions that got no answer: grouped, masked, the most frequent first."""
    from mesobot.consultation.clock import utc_now
    from mesobot.insight.installation import open_sources
    from mesobot.insight.masking import LIMITS
    from mesobot.insight.period import read_since
    from mesobot.insight.tables import missed_table
    from mesobot.insight.turns import read_turns
    from mesobot.staff.terminal import show

    with explained():
        period = read_since(since, utc_now(), local_zone())
        sources = open_sources(os.environ)
        turns = read_turns(sources.chats_url, period.since, period.until)
        found = sources.collector.collect(turns, fewest)
    if not found.times:
        typer.echo(f"Every question of {period.in_words} got an answer, or a way to one.")
        return
    labels = {topic.id: topic.label for topic in sources.topics.values()}
    if found.groups:
        show(missed_table(found.groups, labels))
    if found.alone:
        typer.echo(f"{found.alone} question(s) of fewer than {fewest} people are not shown.")
    typer.echo(LIMITS, err=True)


def _send(sources: Sources, period: Period, now: datetime) -> None:
    """Send the digest now, whatever the weekly one does."""
    import asyncio
    import uuid

    from mesobot.consultation.delivery.problems import DeliveryProblem
    from mesobot.consultation.delivery.smtp import MailServer
    from mesobot.consultation.environment import SettingsError
    from mesobot.consultation.mail_settings import (
        DIGEST_VARIABLE,
        read_digest_address,
        read_mail_settings,
    )
    from mesobot.insight.letter import FEWEST_IN_MAILS, digest_letter

    try:
        to, server = read_digest_address(os.environ), read_mail_settings(os.environ)
    except SettingsError as error:
        give_up(f"The settings cannot be used: {error}.", WRONG_USAGE)
    if to is None:
        give_up(f"Nobody gets it: set {DIGEST_VARIABLE}.", WRONG_USAGE)
    letter = digest_letter(
        sources.digest(period, now, FEWEST_IN_MAILS),
        message_id=f"<digest-{uuid.uuid4().hex}@mesobot>",
        sender=server.sender,
        to=to,
        now=now,
    )
    try:
        asyncio.run(MailServer(server).send(letter))
    except DeliveryProblem as problem:
        give_up(f"The mail was not sent: {problem}.")
    typer.echo("Kept on this machine, sent to nobody." if server.caught else "Sent.")


def _write(path: Path, text: str) -> None:
    from mesobot.staff.files import write_privately

    try:
        write_privately(path, text)
    except OSError as error:
        give_up(f"{path} cannot be written: {error.strerror}.", WRONG_USAGE)
