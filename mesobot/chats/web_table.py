"""The table of what was said in the website's chat, beside Rasa's own in the same database.

Rasa's events alone cannot give it back: they do not hold a message that was never answered, an
apology, a place in the order of messages, or the browser's id of a message. No Rasa in here.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, UniqueConstraint

web_messages = Table(
    "web_messages",
    MetaData(),
    # Named as in Rasa's table: whoever erases by sender or by age finds both alike.
    Column("sender_id", String(255), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("timestamp", Float, nullable=False, index=True),
    Column("author", String(8), nullable=False),
    Column("turn", String(64), nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("sender_id", "author", "turn"),
)
