"""Conversations as Rasa keeps them, written and read by hand; in a SQLite file or at a URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, create_engine, select
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from tests.unit.consultation.requests import GIVEN_AT

NOW = GIVEN_AT.timestamp()
_DAY = 86400

rasas = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False),
    Column("type_name", String(255)),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)


def opened(where: Path | str) -> Engine:
    url = f"sqlite:///{where}" if isinstance(where, Path) else where
    return create_engine(url, poolclass=NullPool)


def make_events(where: Path | str) -> None:
    rasas.metadata.create_all(opened(where))


def say(where: Path | str, sender: str, text: str, days_ago: float = 0) -> None:
    add(where, {"sender_id": sender, "timestamp": NOW - days_ago * _DAY, "data": text})


def add(where: Path | str, *rows: dict[str, Any]) -> None:
    with opened(where).begin() as connection:
        connection.execute(rasas.insert(), list(rows))


def senders(where: Path | str) -> list[str]:
    """Of each event."""
    with opened(where).connect() as connection:
        return list(connection.execute(select(rasas.c.sender_id).order_by(rasas.c.id)).scalars())
