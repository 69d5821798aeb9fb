"""The number that somebody writes from, for who would otherwise be asked for it."""

from __future__ import annotations

from collections.abc import Mapping

from mesobot.chats.whatsapp.people import SENDER, People
from mesobot.consultation.clock import utc_now
from mesobot.consultation.database import database_url, shared_database
from mesobot.consultation.encryption import Sealer


def known_number(sender: str, environment: Mapping[str, str]) -> str | None:
    """The number in E.164; None on other channels, and of somebody who hides it.

    Raises:
        DatabaseUnavailableError: if the database fails.
        SealedError: if it was encrypted with a key that is not there now.
    """
    if not sender.startswith(SENDER):
        return None
    engine = shared_database(database_url(environment))
    person = People(engine, Sealer.from_environment(environment), utc_now).get(sender)
    return f"+{person.address.phone}" if person and person.address.phone else None
