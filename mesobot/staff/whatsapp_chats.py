"""``mesobot whatsapp waiting``, ``done``, ``mute`` and ``release``: the chats that are the staff's."""

from __future__ import annotations

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


def add_commands(app: typer.Typer) -> None:
    """Put them beside ``check``."""
    for command in (waiting, done, mute, release):
        app.command()(command)


def waiting() -> None:
    """Chats that want a person or were left to you, and those that staff have taken."""
    from mesobot.consultation.clock import utc_now
    from mesobot.knowledge.zone import clinic_zone
    from mesobot.staff.terminal import show
    from mesobot.staff.whatsapp_tables import stuck_in_words, waiting_table

    with _review() as review:
        chats, stuck = review.chats(), review.stuck()
    if stuck:
        typer.echo(f"{stuck_in_words(stuck)} `mesobot whatsapp check` says what to correct.\n")
    if not chats:
        typer.echo("No chat waits for staff.")
        return
    show(waiting_table(chats, clinic_zone(paths.CLINIC / "clinic.yml"), utc_now()))


def done(chat: str) -> None:
    """Say that a chat has been seen to; CHAT is its name in "waiting", or a phone number."""
    with _review() as review:
        count = review.done(_person(review, chat))
    typer.echo("Done; its texts are removed." if count else "Nothing of that chat was waiting.")


def mute(
    chat: str, minutes: int = typer.Option(240, min=1, max=10080, help="For how long.")
) -> None:
    """Take a chat: the assistant keeps out of it, emergencies excepted."""
    from mesobot.consultation.clock import utc_now

    with _review() as review:
        person = _person(review, chat)
        review.people.mute(person.address, utc_now() + timedelta(minutes=minutes))
    typer.echo(f"The assistant keeps out of that chat for {minutes} minutes.")


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
