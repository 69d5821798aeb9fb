"""Erases one conversation on the server: "clear chat"."""

from __future__ import annotations

import os

from sqlalchemy import delete, inspect

from mesobot.chats.database import chats_url, events, open_chats
from mesobot.chats.web_table import web_messages
from mesobot.consultation.transactions import writing


def erase_conversation(sender: str) -> None:
    """Remove everything that was said in a conversation, from Rasa's table and from ours.

    Requests to the clinic stay: they are erased by "forget me" or by staff.

    Raises:
        DatabaseUnavailableError: if the database fails; then everything is still there.
    """
    engine = open_chats(chats_url(os.environ))
    with writing(engine) as connection:
        for table in (web_messages, events):
            if inspect(connection).has_table(table.name):
                connection.execute(delete(table).where(table.c.sender_id == sender))
