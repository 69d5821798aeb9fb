"""The tables of chats on WhatsApp, beside those of the requests."""

from __future__ import annotations

from enum import Enum

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from mesobot.consultation.tables import Moment, metadata, one_of

__all__ = ["InboxState", "ReplyState", "inbox", "metadata", "people", "replies"]
# ``metadata`` holds all tables of the database, once these are there.


class InboxState(str, Enum):
    """What became of a message of a patient.

    STAFF: a person of the clinic has the chat; the assistant kept out of it.
    STOPPED: the patient wants no messages.
    REVIEW: it came too late to be answered by a machine; somebody should read it.
    IGNORED: nothing to answer, as a reaction.
    DROPPED: its sender was forgotten.
    """

    WAITING = "waiting"
    ANSWERED = "answered"
    STAFF = "staff"
    STOPPED = "stopped"
    REVIEW = "review"
    IGNORED = "ignored"
    DROPPED = "dropped"


class ReplyState(str, Enum):
    """What became of a message to a patient.

    HELD: sent as soon as the patient writes again, which the platform asks for.
    REVIEW: it could not be sent in time; somebody at the clinic should write.
    """

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    HELD = "held"
    REVIEW = "review"


people = Table(
    "whatsapp_people",
    metadata,
    Column("id", String(32), primary_key=True),  # random; no number can be told from it
    Column("phone", Text),  # sealed
    Column("phone_key", String(64), unique=True),
    Column("user", Text),  # sealed; the platform's id of somebody who may hide the number
    Column("user_key", String(64), unique=True),
    Column("heard_at", Moment, nullable=False),
    Column("muted_until", Moment),
    Column("stopped", Boolean, nullable=False),
    Column("asked_at", Moment),  # when a person was asked for, until staff have seen to it
    Column("offered", Text),  # sealed: the choices of the last reply, for who types a number
    Column("waiting_since", Moment),
    Column("next_at", Moment, index=True),  # when the messages waiting are to be answered
    Column("lease", String(32)),
    Column("lease_until", Moment),
)

inbox = Table(
    "whatsapp_inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # of the platform's id
    Column("person", String(32)),
    Column("state", one_of(InboxState), nullable=False),
    Column("content", Text),  # sealed
    Column("sent_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False, index=True),
    Column("turn", String(32)),
    Column("urgent", Boolean),  # while it waits: whether a danger sign is in it
    Index("ix_whatsapp_inbox_person", "person", "state"),
)

replies = Table(
    "whatsapp_replies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", String(32)),
    Column("turn", String(32), nullable=False),
    Column("part", Integer, nullable=False),
    Column("state", one_of(ReplyState), nullable=False),
    Column("content", Text),  # sealed
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),  # empty: at once
    Column("attempts", Integer, nullable=False),
    Column("lease", String(32)),
    Column("lease_until", Moment),
    Column("digest", String(64), index=True),  # of the platform's id
    Column("last_problem", Text),
    UniqueConstraint("turn", "part"),
    Index("ix_whatsapp_replies_state", "state", "id"),
    Index("ix_whatsapp_replies_person", "person", "state"),
)
