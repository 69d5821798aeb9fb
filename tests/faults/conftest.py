"""The databases that the faults are tried on: SQLite and PostgreSQL."""

from tests.unit.consultation.conftest import database_url, engine, store

__all__ = ["database_url", "engine", "store"]
