"""``mesobot requests``: what patients want, and what became of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Optional
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mesobot.consultation.request import StoredRequest
    from mesobot.consultation.service import ConsultationService

NOT_POSSIBLE, WRONG_USAGE, NO_DATABASE = 1, 2, 3
"""Exit codes beside 0."""

app = typer.Typer(no_args_is_help=True, help="Consultation requests of patients.")
_STAFF = typer.Option(None, "--as", help="Who you are; default: the name you are logged in with.")


@contextmanager
def _desk() -> Iterator[ConsultationService]:
    """The service; what goes wrong becomes a sentence and an exit code."""
    from mesobot.consultation.desk import open_desk
    from mesobot.consultation.encryption import SealedError
    from mesobot.consultation.service import UnknownReferenceError, WrongStateError
    from mesobot.consultation.transactions import DatabaseUnavailableError

    try:
        yield open_desk(os.environ)
    except UnknownReferenceError:
        _give_up("There is no request of that reference. `mesobot requests list` shows all.")
    except WrongStateError as error:
        _give_up(str(error))
    except DatabaseUnavailableError:
        _give_up("The database of the requests does not answer; nothing was changed.", NO_DATABASE)
    except SealedError as error:
        _give_up(str(error), NO_DATABASE)


def _give_up(sentence: str, code: int = NOT_POSSIBLE) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def _show(table: RenderableType) -> None:
    from rich.console import Console

    Console(soft_wrap=False).print(table)


def _zone() -> ZoneInfo:
    return ZoneInfo("Europe/Istanbul")


@app.command("list")
def list_requests(
    open_only: bool = typer.Option(False, "--open", help="Only those that still need somebody."),
    most: int = typer.Option(50, help="How many, newest first."),
) -> None:
    """All requests, newest first."""
    from mesobot.consultation.request import State
    from mesobot.staff.tables import overview

    done = {State.CLOSED, State.ERASED}
    with _desk() as desk:
        found = desk.list([s for s in State if s not in done] if open_only else (), most)
        if found:
            _show(overview(found, _zone()))
        else:
            typer.echo("No requests.")


@app.command()
def show(reference: str) -> None:
    """Everything about one request."""
    from mesobot.staff.tables import details

    with _desk() as desk:
        found = desk.find(reference)
        if found is None:
            _give_up("There is no request of that reference. `mesobot requests list` shows all.")
        else:
            _show(details(found, _zone()))


@app.command()
def claim(reference: str, staff: Optional[str] = _STAFF) -> None:
    """Say that you take care of it."""
    _change(lambda desk: desk.claim(reference, _name(staff)))


@app.command()
def contacted(reference: str, staff: Optional[str] = _STAFF) -> None:
    """Say that the patient has been answered."""
    _change(lambda desk: desk.contacted(reference, _name(staff)))


@app.command()
def close(reference: str, staff: Optional[str] = _STAFF) -> None:
    """Say that nothing is left to do."""
    _change(lambda desk: desk.close(reference, _name(staff)))


@app.command()
def retry(reference: str, staff: Optional[str] = _STAFF) -> None:
    """Send again what could not be delivered."""
    with _desk() as desk:
        count = desk.retry(reference, _name(staff))
    typer.echo(f"{count} message(s) will be sent again." if count else "Nothing had failed.")


@app.command()
def export(
    csv_file: Optional[Path] = typer.Option(None, "--csv", help="Write a table here."),
    json_file: Optional[Path] = typer.Option(None, "--json", help="Write JSON here."),
) -> None:
    """Write all requests into a file that only you can read."""
    from mesobot.staff.export import as_csv, as_json, write_privately

    if not csv_file and not json_file:
        _give_up("Say where to: --csv FILE or --json FILE.", WRONG_USAGE)
    with _desk() as desk:
        everything = desk.list(limit=1_000_000)
    for path, text in ((csv_file, as_csv), (json_file, as_json)):
        if path:
            write_privately(path, text(everything))
            typer.echo(f"{len(everything)} request(s) are in {path}.")


@app.command()
def erase(
    reference: str,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    staff: Optional[str] = _STAFF,
) -> None:
    """Remove a patient's data from a request and stop its messages."""
    from mesobot.consultation.desk import open_privacy

    if not yes:
        typer.confirm(f"Erase everything personal of {reference}?", abort=True)
    with _desk():
        done = open_privacy(os.environ).erase(reference, _name(staff))
    typer.echo(
        f"Erased: {', '.join(done.references)}."
        + ("" if done.traces_removed else " The file still holds traces; run it again later.")
        + " Mails that were sent, and what was typed in the chat, are not in this database."
    )


def _change(change: Callable[[ConsultationService], StoredRequest]) -> None:
    with _desk() as desk:
        changed = change(desk)
        typer.echo(f"{changed.reference} is now {changed.state.value}.")


def _name(staff: str | None) -> str:
    import getpass

    return staff or getpass.getuser()
