"""Run by Alembic: migrates over the connection, and in the transaction, that it is given."""

from __future__ import annotations

from alembic import context

from mesobot.consultation.migrations import VERSION_TABLE
from mesobot.consultation.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
