"""The store of chats on WhatsApp, once on SQLite and once on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import new_database
from tests.unit.whatsapp.store import ChatStore


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return new_database()
    return f"sqlite:///{tmp_path / 'requests.db'}"


@pytest.fixture
def store(database_url: str) -> Iterator[ChatStore]:
    with ChatStore(database_url) as store:
        yield store


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[ChatStore]:
    """The store on SQLite, for what does not depend on the database."""
    with ChatStore(f"sqlite:///{tmp_path / 'requests.db'}") as store:
        yield store
