"""What goes wrong at the desk, as a sentence and an exit code."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

from mesobot import paths, settings

if TYPE_CHECKING:
    from mesobot.consultation.request import StoredRequest
    from mesobot.consultation.service import ConsultationService

NOT_POSSIBLE, WRONG_USAGE, NO_DATABASE = 1, 2, 3
"""Exit codes beside 0."""

UNKNOWN = "There is no request of that reference. `mesobot requests list --all` shows all."
_LONGEST_NAME = 60


def give_up(sentence: str, code: int = NOT_POSSIBLE) -> NoReturn:
    """Say why it does not work, and end."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


@contextmanager
def explained() -> Iterator[None]:
    """Turns what the store raises into sentences."""
    from mesobot.consultation.encryption import SealedError
    from mesobot.consultation.service import UnknownReferenceError, WrongStateError
    from mesobot.consultation.transactions import DatabaseUnavailableError

    try:
        yield
    except UnknownReferenceError:
        give_up(UNKNOWN)
    except WrongStateError as error:
        give_up(f"{error}.")
    except DatabaseUnavailableError as error:
        give_up(
            f"The database of the requests does not answer ({error}). "
            "`mesobot doctor` says more; the command can simply be given again.",
            NO_DATABASE,
        )
    except SealedError as error:
        give_up(f"The patients' data cannot be read: {error}.", NO_DATABASE)


@contextmanager
def open_requests() -> Iterator[ConsultationService]:
    """The service of this installation; its errors end the command with a sentence."""
    from mesobot.consultation.desk import open_desk

    with explained():
        try:
            service = open_desk(os.environ)
        except ValueError as error:  # the URL or the key; neither is quoted
            give_up(f"The settings cannot be used: {error}.", NO_DATABASE)
        yield service


def staff_name(given: str | None) -> str:
    """Who gives the command: as said with --as, or as logged in."""
    import getpass

    try:
        name = (getpass.getuser() if given is None else given).strip()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        name = ""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        give_up(f"Say who you are: --as NAME (1 to {_LONGEST_NAME} letters).", WRONG_USAGE)
    return name


def remark_on(requests: Sequence[StoredRequest]) -> None:
    """Say beside a table what a look at it does not tell."""
    from mesobot.staff.messages import has_failed

    if any(map(has_failed, requests)):
        typer.echo(
            "Messages have FAILED for good. When the cause is mended (`mesobot doctor`): "
            "`mesobot requests retry REFERENCE`.",
            err=True,
        )
    if settings.mails_are_caught(os.environ):
        typer.echo(
            f"No mail server is set: e-mails are kept as files in {paths.STATE / 'mail'}, "
            "nobody has received them.",
            err=True,
        )
