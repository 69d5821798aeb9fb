"""An empty database, once SQLite and once PostgreSQL, and the store on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from mesobot.consultation.database import open_database
from mesobot.consultation.transactions import DatabaseUnavailableError
from tests.postgresql import new_database
from tests.unit.consultation.requests import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return new_database()
    return f"sqlite:///{tmp_path / 'requests.db'}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    try:
        engine = open_database(database_url)
    except DatabaseUnavailableError:  # making all tables took longer than a patient may wait
        engine = open_database(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)
