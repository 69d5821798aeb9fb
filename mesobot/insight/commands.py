"""``mesobot digest``, ``mesobot missed`` and ``mesobot conversations``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Optional

import typer

from mesobot import paths
from mesobot.staff.desk import NO_DATABASE, WRONG_USAGE, give_up

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from mesobot.insight.digest import Sources
    from mesobot.insight.period import Period

conversations = typer.Typer(
    no_args_is_help=True, help="Conversations by pseudonyms, with everything personal masked."
)
_FILE_NAME = "digest.html"
"""Always the same: no heap of pages grows that nobody erases."""
_SINCE = typer.Option("7d", help="A number of days (7d), or a day (2026-11-01).")


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
    now, zone = utc_now(), _zone()
    with _explained():
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
        with _explained():
            _send(sources, period, now)


def missed(
    since: str = _SINCE,
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

    with _explained():
        period = read_since(since, utc_now(), _zone())
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


@conversations.command("list")
def list_conversations(
    since: str = _SINCE,
    red_flags: bool = typer.Option(False, "--red-flags", help="Only those with a red flag."),
    unanswered: bool = typer.Option(
        False, "--unanswered", help="Only those with a question that got no answer."
    ),
    most: int = typer.Option(50, min=1, help="How many, newest first."),
) -> None:
    """Conversations, newest first."""
    from mesobot.chats.database import chats_url
    from mesobot.consultation.clock import utc_now
    from mesobot.insight.period import read_since
    from mesobot.insight.pseudonyms import open_pseudonyms
    from mesobot.insight.tables import conversations_of, overview
    from mesobot.insight.turns import read_turns
    from mesobot.staff.terminal import show

    with _explained():
        period = read_since(since, utc_now(), _zone())
        turns = read_turns(chats_url(os.environ), period.since, period.until)
        found = conversations_of(turns, open_pseudonyms(os.environ, paths.STATE))
    wanted = [
        each
        for each in found
        if (each.alarms or not red_flags) and (each.unanswered or not unanswered)
    ]
    if not wanted:
        typer.echo(f"No such conversations: {period.in_words}.")
        return
    show(overview(wanted[:most], _zone()))
    if len(wanted) > most:
        typer.echo(f"Only the newest {most} are shown; --most N shows more.", err=True)


@conversations.command("show")
def show_conversation(
    pseudonym: str = typer.Argument(..., help="From `mesobot conversations list`, or a log."),
) -> None:
    """One conversation: what was said, masked, and which answers it got."""
    from mesobot.chats.database import chats_url
    from mesobot.consultation.clock import utc_now
    from mesobot.insight.installation import load_labels, load_masker
    from mesobot.insight.masking import LIMITS
    from mesobot.insight.period import last_days
    from mesobot.insight.pseudonyms import open_pseudonyms
    from mesobot.insight.tables import transcript
    from mesobot.insight.turns import read_turns
    from mesobot.staff.terminal import show

    zone = _zone()
    with _explained():
        pseudonyms = open_pseudonyms(os.environ, paths.STATE)
        everything = last_days(_kept_days(), utc_now(), zone)
        turns = [
            turn
            for turn in read_turns(chats_url(os.environ), everything.since, everything.until)
            if pseudonyms.of(turn.sender) == pseudonym.strip().lower()
        ]
    if not turns:
        give_up("There is no such conversation, or not any more.")
    show(transcript(turns, load_masker(), load_labels(), zone))
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


@contextmanager
def _explained() -> Iterator[None]:
    """Turns what can go wrong into sentences."""
    from mesobot.consultation.transactions import DatabaseUnavailableError
    from mesobot.insight.period import PeriodError

    try:
        yield
    except PeriodError as error:
        give_up(str(error), WRONG_USAGE)
    except DatabaseUnavailableError as error:
        give_up(f"A database does not answer ({error}). `mesobot doctor` says more.", NO_DATABASE)
    except OSError as error:
        give_up(f"The key of the pseudonyms cannot be read: {error.strerror}.", NO_DATABASE)


def _zone() -> ZoneInfo:
    from mesobot.knowledge.zone import clinic_zone

    return clinic_zone(paths.CLINIC / "clinic.yml")


def _kept_days() -> int:
    from mesobot.consultation.questionnaire import load_questionnaire

    return load_questionnaire(paths.CLINIC / "consultation.yml").retention.chats + 1


def _write(path: Path, text: str) -> None:
    from mesobot.staff.files import write_privately

    try:
        write_privately(path, text)
    except OSError as error:
        give_up(f"{path} cannot be written: {error.strerror}.", WRONG_USAGE)
