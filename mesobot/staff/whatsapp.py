"""``mesobot whatsapp``: whether patients can chat on WhatsApp, and the chats that are the staff's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from mesobot import paths
from mesobot.staff.desk import NO_DATABASE, NOT_POSSIBLE, explained, give_up

if TYPE_CHECKING:
    from mesobot.chats.whatsapp.people import Person
    from mesobot.chats.whatsapp.review import Review
    from mesobot.staff.findings import Finding
    from mesobot.staff.installation import Installation

FAILS, OFF, NO_ANSWER = 1, 4, 3
"""Exit codes of "check" beside 0: something would fail, nothing is set up, WhatsApp could not be
asked. The other commands have those of ``mesobot requests``."""

app = typer.Typer(no_args_is_help=True, help="Chats on WhatsApp.")


@app.command()
def check(
    as_json: bool = typer.Option(False, "--json", help="For programs instead of people."),
    offline: bool = typer.Option(False, "--offline", help="Look at the settings only."),
) -> None:
    """Say what is configured, what is missing, and whether WhatsApp agrees.

    Ends with 0 if nothing would fail, 1 if something would, 3 if WhatsApp could not be asked,
    4 if chats on WhatsApp are not set up.
    """
    from mesobot.consultation.delivery.problems import TemporaryProblem
    from mesobot.staff import findings, terminal
    from mesobot.staff.check_whatsapp import chats_are_off
    from mesobot.staff.installation import this_installation

    here, unanswered = this_installation(), None
    found = settings_findings(here)
    if not offline:
        try:
            found += asyncio.run(graph_findings(here))
        except TemporaryProblem as problem:
            unanswered = f"WhatsApp could not be asked ({problem}); try again later."
    if as_json:
        typer.echo(findings.as_json(found))
    else:
        terminal.show(findings.as_table(found))
        typer.echo(unanswered or findings.summary(found))
    if findings.something_fails(found):
        raise typer.Exit(FAILS)
    if unanswered:
        raise typer.Exit(NO_ANSWER)
    if chats_are_off(here):
        raise typer.Exit(OFF)


@app.command()
def waiting() -> None:
    """Chats that the assistant left to you, and those that staff have taken."""
    from mesobot.knowledge.zone import clinic_zone
    from mesobot.staff.terminal import show
    from mesobot.staff.whatsapp_tables import waiting_table

    with _review() as review:
        chats = review.chats()
    if not chats:
        typer.echo("No chat waits for staff.")
        return
    show(waiting_table(chats, clinic_zone(paths.CLINIC / "clinic.yml")))


@app.command()
def done(chat: str) -> None:
    """Say that a chat has been seen to; CHAT is its name in "waiting", or a phone number."""
    with _review() as review:
        count = review.done(_person(review, chat))
    typer.echo(f"{count} text(s) removed." if count else "Nothing of that chat was waiting.")


@app.command()
def mute(
    chat: str, minutes: int = typer.Option(240, min=1, max=10080, help="For how long.")
) -> None:
    """Take a chat: the assistant keeps out of it, emergencies excepted."""
    from mesobot.consultation.clock import utc_now

    with _review() as review:
        person = _person(review, chat)
        review.people.mute(person.address, utc_now() + timedelta(minutes=minutes))
    typer.echo(f"The assistant keeps out of that chat for {minutes} minutes.")


@app.command()
def release(chat: str) -> None:
    """Let the assistant answer in a chat again."""
    with _review() as review:
        review.people.release(_person(review, chat).address)
    typer.echo("The assistant answers in that chat again.")


@contextmanager
def _review() -> Iterator[Review]:
    """The staff's chats; what the database raises ends the command with a sentence."""
    from mesobot.chats.whatsapp.review import open_review

    with explained():
        try:
            review = open_review(os.environ)
        except ValueError as error:  # the URL or the key; neither is quoted
            give_up(f"The settings cannot be used: {error}.", NO_DATABASE)
        yield review


def _person(review: Review, chat: str) -> Person:
    person = review.find(chat)
    if person is None:
        give_up("There is no such chat. `mesobot whatsapp waiting` names them.", NOT_POSSIBLE)
    return person


def settings_findings(here: Installation) -> list[Finding]:
    """What the settings alone tell."""
    from mesobot.staff.check_clinic import check_whatsapp_number
    from mesobot.staff.check_delivery import check_whatsapp_template
    from mesobot.staff.check_whatsapp import check_whatsapp_chats

    return [
        check_whatsapp_chats(here),
        check_whatsapp_template(here),
        check_whatsapp_number(here),
    ]


async def graph_findings(here: Installation) -> list[Finding]:
    """What WhatsApp answers.

    Raises:
        TemporaryProblem: if it cannot be asked at the moment.
    """
    from mesobot.consultation.environment import SettingsError, text_of
    from mesobot.consultation.mail_settings import CHAT_SECRETS, read_whatsapp_settings
    from mesobot.staff.check_graph import Asked, ask
    from mesobot.staff.check_whatsapp import account_to_ask, nothing_to_ask

    account, clinic = account_to_ask(here), here.known_clinic()
    if account is None:
        return [nothing_to_ask()]
    try:
        staff = read_whatsapp_settings(here.environment)
    except SettingsError:
        staff = None
    secret, word = (text_of(here.environment, variable) for variable in CHAT_SECRETS)
    number = clinic.whatsapp if clinic else None
    return await ask(Asked(account, secret, word, staff, number, here.now))
