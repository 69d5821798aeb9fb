"""``mesobot requests``: what patients want, and what became of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, List, Optional  # noqa: UP035 - typer 0.7 reads them at run time

import typer

from mesobot import paths
from mesobot.consultation.request import State
from mesobot.staff.desk import (
    NO_DATABASE,
    NOT_POSSIBLE,
    UNKNOWN,
    WRONG_USAGE,
    explained,
    give_up,
    open_requests,
    remark_on,
    staff_name,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from mesobot.consultation.request import StoredRequest
    from mesobot.consultation.service import ConsultationService

__all__ = ["NOT_POSSIBLE", "NO_DATABASE", "WRONG_USAGE", "app"]

app = typer.Typer(no_args_is_help=True, help="Consultation requests of patients.")
_STAFF = typer.Option(None, "--as", help="Who you are; default: the name you are logged in with.")
_DONE = (State.CLOSED, State.ERASED)
_EVERYTHING = 1_000_000


@app.command("list")
def list_requests(
    states: Optional[List[State]] = typer.Option(  # noqa: UP006 - see above
        None, "--state", help="Only those in this state; may be given several times."
    ),
    open_only: bool = typer.Option(
        True, "--open/--all", help="Those that still need somebody, or all."
    ),
    most: int = typer.Option(50, min=1, help="How many, newest first."),
) -> None:
    """Requests that still need somebody, newest first."""
    from mesobot.staff.tables import overview
    from mesobot.staff.terminal import show as show_table
    from mesobot.staff.terminal import terminal_width

    wanted = states or ([state for state in State if state not in _DONE] if open_only else [])
    with open_requests() as desk:
        found = desk.list(wanted, most + 1)
    if not found:
        typer.echo("No such requests." if states else f"No {'open ' * open_only}requests.")
        return
    show_table(overview(found[:most], _zone(), terminal_width()))
    if len(found) > most:
        typer.echo(f"Only the newest {most} are shown; --most N shows more.", err=True)
    remark_on(found[:most])


@app.command()
def show(reference: str) -> None:
    """Everything about one request."""
    from mesobot.staff.tables import details
    from mesobot.staff.terminal import show as show_table

    with open_requests() as desk:
        found = desk.find(reference)
    if found is None:
        give_up(UNKNOWN)
    show_table(details(found, _zone()))
    remark_on([found])


@app.command()
def claim(reference: str, staff: Optional[str] = _STAFF) -> None:
    """Say that you take care of it."""
    name = staff_name(staff)
    _change(reference, lambda desk: desk.claim(reference, name))


@app.command()
def contacted(reference: str, staff: Optional[str] = _STAFF) -> None:
    """Say that the patient has been answered."""
    name = staff_name(staff)
    _change(reference, lambda desk: desk.contacted(reference, name))


@app.command()
def close(reference: str, staff: Optional[str] = _STAFF) -> None:
    """Say that nothing is left to do."""
    name = staff_name(staff)
    _change(reference, lambda desk: desk.close(reference, name))


@app.command()
def retry(reference: str, staff: Optional[str] = _STAFF) -> None:
    """Send again what could not be delivered."""
    name = staff_name(staff)
    with open_requests() as desk:
        count = desk.retry(reference, name)
    typer.echo(f"{count} message(s) will be sent again." if count else "Nothing had been given up.")


@app.command()
def export(
    csv_file: Optional[Path] = typer.Option(None, "--csv", help="Write a table here."),
    json_file: Optional[Path] = typer.Option(None, "--json", help="Write JSON here."),
) -> None:
    """Write all requests into a file that only you can read."""
    from mesobot.staff.export import as_csv, as_json
    from mesobot.staff.files import write_privately

    if not csv_file and not json_file:
        give_up("Say where to: --csv FILE or --json FILE.", WRONG_USAGE)
    if csv_file and json_file and csv_file.resolve() == json_file.resolve():
        give_up("Name two files: the second one would replace the first.", WRONG_USAGE)
    for target in filter(None, (csv_file, json_file)):
        _require_writable(target)
    with open_requests() as desk:
        everything = desk.list(limit=_EVERYTHING)
    for path, text in ((csv_file, as_csv), (json_file, as_json)):
        if path:
            try:
                write_privately(path, text(everything, _zone()))
            except OSError as error:
                give_up(f"{path} cannot be written: {error.strerror}.", WRONG_USAGE)
            typer.echo(f"{len(everything)} request(s) are in {path}.")


@app.command()
def erase(
    context: typer.Context,
    reference: str,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    staff: Optional[str] = _STAFF,
) -> None:
    """Remove a patient's data: request, conversation, kept mails; stop its messages."""
    from mesobot.consultation.database import database_url, open_database
    from mesobot.consultation.desk import open_privacy
    from mesobot.consultation.encryption import Sealer
    from mesobot.staff.erasure import ChatNotForgottenError, erase_everywhere, find_target, in_words

    name = staff_name(staff)
    with explained():
        try:
            sealer = Sealer.from_environment(os.environ)
            engine = open_database(database_url(os.environ))
        except ValueError as error:
            give_up(f"The settings cannot be used: {error}.", NO_DATABASE)
        target = find_target(engine, reference)
        engine.dispose()
        if target is None:
            give_up(UNKNOWN)
        if not yes:
            question = f"Erase everything personal of {target.reference} ({target.state.value})?"
            typer.confirm(question, abort=True)
        try:
            removed = erase_everywhere(
                target,
                open_privacy(os.environ),
                sealer,
                paths.STATE / "mail",
                context.obj,  # given by the program that knows where conversations are kept
                name,
            )
        except ChatNotForgottenError as error:
            give_up(f"The conversation could not be removed ({error}); nothing was.", NO_DATABASE)
        except OSError as error:
            give_up(
                f"{target.reference} is erased, but a kept mail is not: {error.strerror}.",
                NO_DATABASE,
            )
    typer.echo(in_words(target.reference, removed))
    if not removed.traces_removed:
        give_up("Old bytes are still in the database's file; run this again later.", NO_DATABASE)


@app.command()
def purge(
    days: int = typer.Option(
        ..., "--older-than-days", min=1, max=36500, help="Since their last change."
    ),
) -> None:
    """Delete closed and erased requests that are older than that, for good."""
    from datetime import timedelta

    from mesobot.consultation.desk import open_privacy

    with open_requests():
        gone = open_privacy(os.environ).purge(timedelta(days=days))
    typer.echo(f"{gone} closed or erased request(s), unchanged for {days} days, deleted.")


@app.command()
def backup(file: Path) -> None:
    """Copy all requests into a file that only you can read, while everything runs."""
    from mesobot.staff.backups import write_backup

    _require_writable(file)
    write_backup(file)


@app.command()
def restore(file: Path) -> None:
    """Bring the requests of a backup into a database that has none, on any machine."""
    from mesobot.staff.backups import read_backup

    read_backup(file)


def _change(reference: str, change: Callable[[ConsultationService], StoredRequest]) -> None:
    from mesobot.consultation.service import WrongStateError

    with open_requests() as desk:
        try:
            changed = change(desk)
        except WrongStateError as error:
            present = desk.find(reference)
            holder = present.claimed_by if present else None
            give_up(f"{error}." + (f" {holder} takes care of it." if holder else ""))
    typer.echo(f"{changed.reference} is now {changed.state.value}.")


def _zone() -> ZoneInfo:
    from mesobot.knowledge.zone import clinic_zone

    return clinic_zone(paths.CLINIC / "clinic.yml")


def _require_writable(path: Path) -> None:
    from mesobot.staff.files import complaint

    try:
        problem = complaint(path, os.environ)
    except ValueError as error:
        give_up(f"The settings cannot be used: {error}.", NO_DATABASE)
    if problem:
        give_up(problem, WRONG_USAGE)
