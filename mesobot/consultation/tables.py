"""The tables of the consultation requests, and which weekly digests have gone out."""

from __future__ import annotations

from datetime import datetime, timezone
from enum import Enum as PythonEnum
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from mesobot.consultation.request import DeliveryKind, DeliveryState, State, Way


class Moment(TypeDecorator):
    """A moment in UTC; SQLite keeps no time zones, so none but UTC gets there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is stored.

        Raises:
            ValueError: if the moment has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(timezone.utc)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What was stored, in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


def one_of(choices: type[PythonEnum]) -> Any:
    """A column of the values of an enum, as text: a new value needs no migration."""

    def values(members: type[PythonEnum]) -> list[str]:
        return [member.value for member in members]

    return Enum(
        choices, native_enum=False, create_constraint=False, length=16, values_callable=values
    )


def _request_id() -> Column:
    key = ForeignKey("requests.id", ondelete="CASCADE")
    return Column("request_id", Integer, key, nullable=False, index=True)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("state", one_of(State), nullable=False),
    Column("way", one_of(Way), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("claimed_by", Text),
    # Emptied when the request is erased. Name and contact are sealed.
    Column("idempotency_key", String(64), unique=True),
    Column("conversation", String(64), index=True),
    Column("name", Text),
    Column("contact", Text),
    Column("concern", Text),
    Column("preferred_time", Text),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    _request_id(),
    Column("notice_version", String(64), nullable=False),
    Column("consent_version", String(64), nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("language", String(16)),  # emptied when the request is erased
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    _request_id(),
    Column("kind", one_of(DeliveryKind), nullable=False),
    Column("state", one_of(DeliveryState), nullable=False),
    Column("message_id", String(128), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("attempted_at", Moment),  # when the last attempt was begun
    Column("due_at", Moment),  # empty: at once
    Column("lease", String(32)),
    Column("lease_until", Moment),
    Column("last_problem", Text),
    Column("arrival", String(16)),  # what the platform said later: delivered, read
    UniqueConstraint("request_id", "kind"),
    Index("ix_outbox_state", "state", "id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    _request_id(),
    Column("at", Moment, nullable=False),
    Column("action", String(32), nullable=False),
    Column("actor", Text, nullable=False),  # a member of staff, or a part of Mesobot
    Column("detail", Text),
)

digests = Table(
    "digests",
    metadata,
    Column("week", String(16), primary_key=True),  # 2026-W47
    Column("message_id", String(128), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment),  # empty: at once
    Column("lease", String(32)),
    Column("lease_until", Moment),
    Column("sent_at", Moment),
)
