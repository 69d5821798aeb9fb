"""Requests, consents, the messages to send and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("idempotency_key", sa.String(64)),
        sa.Column("conversation", sa.String(64)),
        sa.Column("name", sa.Text),
        sa.Column("contact", sa.Text),
        sa.Column("concern", sa.Text),
        sa.Column("preferred_time", sa.Text),
        sa.UniqueConstraint("reference", name="uq_requests_reference"),
        sa.UniqueConstraint("idempotency_key", name="uq_requests_idempotency_key"),
    )
    op.create_index("ix_requests_conversation", "requests", ["conversation"])
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer, primary_key=True),
        _request_id(),
        sa.Column("notice_version", sa.String(64), nullable=False),
        sa.Column("consent_version", sa.String(64), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.Column("language", sa.String(16)),
    )
    op.create_index("ix_consents_request_id", "consents", ["request_id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        _request_id(),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message_id", sa.String(128), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("attempted_at", _MOMENT),
        sa.Column("due_at", _MOMENT),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", _MOMENT),
        sa.Column("last_problem", sa.Text),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
        sa.UniqueConstraint("request_id", "kind", name="uq_outbox_request_id_kind"),
    )
    op.create_index("ix_outbox_request_id", "outbox", ["request_id"])
    op.create_index("ix_outbox_state", "outbox", ["state", "id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        _request_id(),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("detail", sa.Text),
    )
    op.create_index("ix_audit_request_id", "audit", ["request_id"])


def downgrade() -> None:
    """Drop the four tables."""
    for table in ("audit", "outbox", "consents", "requests"):
        op.drop_table(table)


def _request_id() -> sa.Column:
    key = sa.ForeignKey("requests.id", ondelete="CASCADE")
    return sa.Column("request_id", sa.Integer, key, nullable=False)
