"""What the commands for staff have in common: the clinic's time, and what goes wrong as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from mesobot import paths
from mesobot.staff.desk import NO_DATABASE, WRONG_USAGE, give_up

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SINCE = typer.Option("7d", help="A number of days (7d), or a day (2026-11-01).")


@contextmanager
def explained() -> Iterator[None]:
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


def local_zone() -> ZoneInfo:
    """The clinic's."""
    from mesobot.knowledge.zone import clinic_zone

    return clinic_zone(paths.CLINIC / "clinic.yml")
