"""``mesobot whatsapp``: whether patients can chat on WhatsApp, and staff with them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from mesobot.staff.whatsapp_chats import add_commands

if TYPE_CHECKING:
    from mesobot.staff.findings import Finding
    from mesobot.staff.installation import Installation

FAILS, OFF, NO_ANSWER = 1, 4, 3
"""Exit codes of "check" beside 0: something would fail, nothing is set up, WhatsApp could not be
asked. The other commands have those of ``mesobot requests``."""

app = typer.Typer(no_args_is_help=True, help="Chats on WhatsApp.")
add_commands(app)


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
