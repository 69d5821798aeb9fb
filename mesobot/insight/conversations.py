"""``mesobot conversations``: what was said, by pseudonyms."""

from __future__ import annotations

import os

import typer

from mesobot import paths
from mesobot.insight.desk import SINCE, explained, local_zone
from mesobot.staff.desk import give_up

app = typer.Typer(
    no_args_is_help=True, help="Conversations by pseudonyms, with everything personal masked."
)
_UNKNOWN = "There is no such conversation, or not any more."


@app.command("list")
def list_conversations(
    since: str = SINCE,
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

    with explained():
        period = read_since(since, utc_now(), local_zone())
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
    show(overview(wanted[:most], local_zone()))
    if len(wanted) > most:
        typer.echo(f"Only the newest {most} are shown; --most N shows more.", err=True)


@app.command("show")
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

    zone = local_zone()
    with explained():
        pseudonyms = open_pseudonyms(os.environ, paths.STATE)
        everything = last_days(_kept_days(), utc_now(), zone)
        turns = [
            turn
            for turn in read_turns(chats_url(os.environ), everything.since, everything.until)
            if pseudonyms.of(turn.sender) == pseudonym.strip().lower()
        ]
    if not turns:
        give_up(_UNKNOWN)
    show(transcript(turns, load_masker(), load_labels(), zone))
    typer.echo(LIMITS, err=True)


@app.command()
def erase(
    pseudonym: str = typer.Argument(..., help="From `mesobot conversations list`, or a log."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """Remove what somebody said, for good; `mesobot requests erase` also removes a request."""
    from mesobot.chats.forgetting import open_conversations
    from mesobot.insight.pseudonyms import open_pseudonyms

    with explained():
        pseudonyms = open_pseudonyms(os.environ, paths.STATE)
        wanted = pseudonym.strip().lower()
        if not yes:
            typer.confirm(f"Erase all that {wanted} said?", abort=True)
        erased = open_conversations(os.environ).forget(
            lambda sender: pseudonyms.of(sender) == wanted
        )
    if not erased:
        give_up(_UNKNOWN)
    typer.echo("Erased. Backups, and mails that were sent, are out of reach.")


def _kept_days() -> int:
    from mesobot.consultation.questionnaire import load_questionnaire

    return load_questionnaire(paths.CLINIC / "consultation.yml").retention.chats + 1
