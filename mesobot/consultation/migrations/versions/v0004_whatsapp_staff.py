"""Chats on WhatsApp: who asked for a person, and which messages cannot wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column to the people and one to their messages."""
    op.add_column("whatsapp_people", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.add_column("whatsapp_inbox", sa.Column("urgent", sa.Boolean))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("whatsapp_people") as people:
        people.drop_column("asked_at")
    with op.batch_alter_table("whatsapp_inbox") as inbox:
        inbox.drop_column("urgent")
