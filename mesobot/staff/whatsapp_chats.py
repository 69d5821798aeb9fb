"""``mesobot whatsapp mute``, ``release`` and ``review``: staff and the assistant in one chat."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from mesobot import paths
from mesobot.staff.desk import NO_DATABASE, NOT_POSSIBLE, WRONG_USAGE, explained, give_up

if TYPE_CHECKING:
    from mesobot.chats.whatsapp.left_to_staff import LeftToStaff
    from mesobot.chats.whatsapp.people import Address, People

_NUMBER = typer.Argument(..., help="The patient's number, with country code: +905321234567.")


def add_commands(app: typer.Typer) -> None:
    """Put them beside ``check``."""
    app.command()(mute)
    app.command()(release)
    app.command()(review)


def mute(
    number: str = _NUMBER,
    hours: int = typer.Option(4, min=1, help="After that the assistant answers again."),
) -> None:
    """Take a chat over: the assistant keeps out of it, except in an emergency."""
    from mesobot.consultation.clock import utc_now

    with _people() as people:
        people.mute(_address(number), utc_now() + timedelta(hours=hours))
    typer.echo(f"The assistant keeps out of this chat for {hours} hour{'s' if hours > 1 else ''}.")


def release(number: str = _NUMBER) -> None:
    """Give a chat back to the assistant."""
    with _people() as people:
        if not people.release(_address(number)):
            give_up("Nobody has written from that number.", NOT_POSSIBLE)
    typer.echo("The assistant answers in this chat again.")


def review(
    done: bool = typer.Option(False, "--done", help="All of it is seen to; the texts are deleted."),
) -> None:
    """Messages that came too late for the assistant, and replies that did not get through."""
    from mesobot.knowledge.zone import clinic_zone, local
    from mesobot.staff.terminal import visible

    with _left() as left:
        if done:
            typer.echo(f"Seen to: {left.done()}.")
            return
        found = left.all()
    zone = clinic_zone(paths.CLINIC / "clinic.yml")
    for each in found:
        who = f"+{each.address.phone}" if each.address.phone else "a hidden number"
        kind = "our reply, not delivered" if each.is_reply else "the patient"
        typer.echo(f"{local(each.at, zone)}  {who}  {kind}: {visible(' '.join(each.text.split()))}")
    if not found:
        typer.echo("Nothing is left to staff.")


def _address(number: str) -> Address:
    from mesobot.chats.whatsapp.people import Address

    digits = re.sub(r"[\s()+-]", "", number)
    if not re.fullmatch(r"[1-9]\d{7,14}", digits):
        give_up("Give the number with its country code, like +905321234567.", WRONG_USAGE)
    return Address(digits)


@contextmanager
def _people() -> Iterator[People]:
    with _parts() as (people, _):
        yield people


@contextmanager
def _left() -> Iterator[LeftToStaff]:
    with _parts() as (_, left):
        yield left


@contextmanager
def _parts() -> Iterator[tuple[People, LeftToStaff]]:
    """What is kept of chats; errors end the command with a sentence."""
    from mesobot.chats.whatsapp.left_to_staff import LeftToStaff
    from mesobot.chats.whatsapp.people import People
    from mesobot.consultation.clock import utc_now
    from mesobot.consultation.database import database_url, shared_database
    from mesobot.consultation.encryption import Sealer

    with explained():
        try:
            engine = shared_database(database_url(os.environ))
            sealer = Sealer.from_environment(os.environ)
        except ValueError as error:  # the URL or the key; neither is quoted
            give_up(f"The settings cannot be used: {error}.", NO_DATABASE)
        people = People(engine, sealer, utc_now)
        yield people, LeftToStaff(engine, sealer, people)
