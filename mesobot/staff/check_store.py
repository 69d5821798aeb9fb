"""`mesobot doctor`: the database of the requests and its key."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from mesobot.chats.whatsapp.review import Review
from mesobot.consultation.database import DATABASE_VARIABLE, database_url, open_database
from mesobot.consultation.encryption import KEY_VARIABLE, EncryptionKeyError, SealedError, Sealer
from mesobot.consultation.outbox import Outbox
from mesobot.consultation.relay_watch import ALARM_AFTER
from mesobot.consultation.request import DeliveryState, State
from mesobot.consultation.tables import requests
from mesobot.consultation.transactions import DatabaseUnavailableError, reading
from mesobot.staff.check_delivery import in_words
from mesobot.staff.files import database_file
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation
from mesobot.staff.whatsapp_tables import stuck_in_words

_NEW_KEY = ".venv/bin/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
_LOOK = "`mesobot requests list` shows which; the mail settings and the relay say why."


def check_key(here: Installation) -> Finding:
    """Whether names and contacts are encrypted at rest."""
    try:
        sealer = Sealer.from_environment(here.environment)
    except EncryptionKeyError as error:
        return fails("encryption key", f"{error}.", "No request can be saved or read: correct it.")
    if sealer.encrypts:
        return fine("encryption key", "Set: names and contacts are encrypted at rest.")
    return note(
        "encryption key",
        "Not set: names and contacts are stored as they are, in a file for you only.",
        f"Set {KEY_VARIABLE} to what this prints, and keep a copy of it in another place: "
        f"{_NEW_KEY}",
    )


def check_database(here: Installation) -> list[Finding]:
    """Whether requests can be saved and read, how many there are and whether they got through."""
    topic = "database"
    try:
        file = database_file(here.environment)
        if file is not None and not file.exists():
            return [_can_be_made(file)]
        engine = open_database(database_url(here.environment))
    except ValueError as error:
        return [fails(topic, f"{error}.", f"Correct {DATABASE_VARIABLE}.")]
    except DatabaseUnavailableError as error:
        step = "No request can be saved: start it, or correct its address, rights or disk."
        return [fails(topic, f"It does not answer ({error}).", step)]
    try:
        return _look_into(engine, here, "PostgreSQL" if file is None else "SQLite")
    except DatabaseUnavailableError as error:
        return [fails(topic, f"It failed ({error}).", "Try again; restore a backup if it stays.")]
    finally:
        engine.dispose()


def _can_be_made(file: Path) -> Finding:
    folder = next(path for path in file.absolute().parents if path.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        step = f"Correct {DATABASE_VARIABLE}, or the rights of the folder."
        return fails("database", f"It cannot be made below {folder}.", step)
    return note("database", "Not there yet.", "It is made when the assistant is started.")


def _look_into(engine: Engine, here: Installation, kind: str) -> list[Finding]:
    counts = _counts(engine)
    shown = ", ".join(f"{counts[state]} {state.value}" for state in State if state in counts)
    findings = [fine("database", f"{kind} answers; requests: {shown or 'none'}.")]
    try:
        sealer = Sealer.from_environment(here.environment)
        _read_all(engine, sealer)
    except EncryptionKeyError:
        sealer = Sealer()  # what is wrong with it is said elsewhere
    except SealedError as error:
        step = f"Add the key they were encrypted with to {KEY_VARIABLE}, after a comma."
        findings.append(fails("stored data", f"Some requests are {error}.", step))
    caught = here.mails_are_caught() is not False
    deliveries = _deliveries(Outbox(engine, sealer, lambda: here.now), caught)
    return [*findings, deliveries, *_left_to_staff(engine, sealer, here)]


def _left_to_staff(engine: Engine, sealer: Sealer, here: Installation) -> list[Finding]:
    """Chats on WhatsApp that somebody has to look at, if there are any."""
    review = Review(engine, sealer, lambda: here.now)
    count, stuck = review.count(), review.stuck()
    step = "`mesobot whatsapp waiting` shows them."
    found = [note("chats left to staff", f"{count} on WhatsApp.", step)] if count else []
    if stuck:
        step = "`mesobot whatsapp check` says what to correct; then they go out by themselves."
        found.append(fails("answers on WhatsApp", stuck_in_words(stuck), step))
    return found


def _deliveries(outbox: Outbox, caught: bool) -> Finding:
    topic = "messages"
    counts, oldest = outbox.counts(), outbox.oldest_undelivered()
    waiting, dead = counts[DeliveryState.WAITING], counts[DeliveryState.DEAD]
    kept = counts[DeliveryState.KEPT]
    reached_nobody = f"{kept} kept as files and sent to nobody, " if caught or kept else ""
    shown = f"{counts[DeliveryState.SENT]} sent, {reached_nobody}{waiting} waiting, {dead} given up"
    if oldest is None:
        return fine(topic, f"{shown}; none of an open request is undelivered.")
    since = f"{shown}; the oldest is undelivered for {in_words(oldest)}."
    if oldest >= ALARM_AFTER:
        return fails(topic, since, _LOOK)
    return note(topic, since, _LOOK) if dead else fine(topic, since)


def _counts(engine: Engine) -> dict[State, int]:
    query = select(requests.c.state, func.count().label("number")).group_by(requests.c.state)
    with reading(engine) as connection:
        return {row.state: row.number for row in connection.execute(query)}


def _read_all(engine: Engine, sealer: Sealer) -> None:
    """Unseal every contact.

    Raises:
        SealedError: if one cannot be read with these keys.
    """
    with reading(engine) as connection:
        stored = list(connection.execute(select(requests.c.contact)).scalars())
    for contact in stored:
        if contact:
            sealer.unseal(contact)
