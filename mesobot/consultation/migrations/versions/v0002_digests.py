"""Which weekly digests have gone out, so that each does once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "digests",
        sa.Column("week", sa.String(16), primary_key=True),
        sa.Column("message_id", sa.String(128), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _MOMENT),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", _MOMENT),
        sa.Column("sent_at", _MOMENT),
        sa.UniqueConstraint("message_id", name="uq_digests_message_id"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("digests")
