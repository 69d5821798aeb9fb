"""Chats on WhatsApp: who writes, what waits for an answer, which answers wait to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create three tables, and let the outbox say that a message arrived."""
    op.add_column("outbox", sa.Column("arrival", sa.String(16)))
    op.create_table(
        "whatsapp_people",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("phone", sa.Text),
        sa.Column("phone_key", sa.String(64)),
        sa.Column("user", sa.Text),
        sa.Column("user_key", sa.String(64)),
        sa.Column("heard_at", _MOMENT, nullable=False),
        sa.Column("muted_until", _MOMENT),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.Column("offered", sa.Text),
        sa.Column("waiting_since", _MOMENT),
        sa.Column("next_at", _MOMENT),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", _MOMENT),
        sa.UniqueConstraint("phone_key", name="uq_whatsapp_people_phone_key"),
        sa.UniqueConstraint("user_key", name="uq_whatsapp_people_user_key"),
    )
    op.create_index("ix_whatsapp_people_next_at", "whatsapp_people", ["next_at"])
    op.create_table(
        "whatsapp_inbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("sent_at", _MOMENT, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("turn", sa.String(32)),
        sa.UniqueConstraint("digest", name="uq_whatsapp_inbox_digest"),
    )
    op.create_index("ix_whatsapp_inbox_person", "whatsapp_inbox", ["person", "state"])
    op.create_index("ix_whatsapp_inbox_received_at", "whatsapp_inbox", ["received_at"])
    op.create_table(
        "whatsapp_replies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(32)),
        sa.Column("turn", sa.String(32), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", _MOMENT),
        sa.Column("digest", sa.String(64)),
        sa.Column("last_problem", sa.Text),
        sa.UniqueConstraint("turn", "part", name="uq_whatsapp_replies_turn_part"),
    )
    op.create_index("ix_whatsapp_replies_state", "whatsapp_replies", ["state", "id"])
    op.create_index("ix_whatsapp_replies_person", "whatsapp_replies", ["person", "state"])
    op.create_index("ix_whatsapp_replies_digest", "whatsapp_replies", ["digest"])


def downgrade() -> None:
    """Drop them again."""
    for table in ("whatsapp_replies", "whatsapp_inbox", "whatsapp_people"):
        op.drop_table(table)
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("arrival")
