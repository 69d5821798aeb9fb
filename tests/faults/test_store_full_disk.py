"""F11: the disk is full, or writing fails: never a false "saved", and it works again after."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from mesobot.consultation.database import open_database
from mesobot.consultation.request import DeliveryState
from mesobot.consultation.service import NotSavedError
from mesobot.consultation.tables import metadata
from mesobot.consultation.transactions import DatabaseUnavailableError, reading, writing
from tests import postgresql
from tests.faults.store_processes import start
from tests.faults.test_store_killed_writer import wrong
from tests.unit.consultation.requests import Store


class SqliteDisk:
    """Space for so many pages."""

    complaint = r"^database or disk is full$"
    takes_changes = False

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fill(self) -> None:
        """From now on there is space for very little."""
        with reading(self._engine) as connection:
            pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        self._allow(pages + 3)

    def clear(self) -> None:
        self._allow(100_000)

    def _allow(self, pages: int) -> None:
        pragma = f"PRAGMA max_page_count={pages}"
        event.listen(self._engine, "connect", lambda raw, _: raw.execute(pragma).fetchone())
        self._engine.dispose()


class PostgresqlDisk:
    """The server's processes cannot write into a file beyond a certain size.

    To the server that is an error of the disk; its write-ahead log consists of files that are
    smaller. The tables get there soon, since their pages are left almost empty.
    """

    takes_changes = True  # there is room for them in the pages
    complaint = r"^(InternalError_|DiskFull|IoError) \w{5}$"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with writing(engine) as connection:
            for table in metadata.sorted_tables:
                connection.execute(text(f"ALTER TABLE {table.name} SET (fillfactor=10)"))

    def fill(self) -> None:
        self._allow(postgresql.LARGEST_LOG_FILE)

    def clear(self) -> None:
        self._allow(None)

    def _allow(self, size: int | None) -> None:
        event.listen(
            self._engine,
            "connect",
            lambda raw, _: postgresql.limit_files(raw.get_backend_pid(), size),
        )
        self._engine.dispose()


@dataclass
class Full:
    """A store that has become full, and what it acknowledged until then."""

    store: Store
    disk: SqliteDisk | PostgresqlDisk
    acknowledged: set[str] = field(default_factory=set)


@pytest.fixture
def full(store: Store) -> Full:
    is_file = store.engine.dialect.name == "sqlite"
    full = Full(store, SqliteDisk(store.engine) if is_file else PostgresqlDisk(store.engine))
    full.disk.fill()
    with pytest.raises(NotSavedError, match=full.disk.complaint):
        for number in range(5000):
            full.acknowledged.add(store.submit(form=str(number)))
    assert full.acknowledged
    assert is_file or "could not extend file" in postgresql.log()
    return full


def references(store: Store) -> set[str]:
    return {request.reference for request in store.service.list(limit=9999)}


def test_what_was_not_acknowledged_left_nothing_behind_and_it_works_again_with_space(
    full: Full,
) -> None:
    for form in ("more", "still more"):
        with pytest.raises(NotSavedError):
            full.store.submit(form=form)
    with nullcontext() if full.disk.takes_changes else pytest.raises(DatabaseUnavailableError):
        full.store.deliver_all()
    counts = full.store.outbox.counts()
    assert counts[DeliveryState.SENT] + counts[DeliveryState.WAITING] == 2 * len(full.acknowledged)
    assert references(full.store) == full.acknowledged
    assert wrong(full.store) == {}
    full.disk.clear()
    full.acknowledged |= {full.store.submit(form=form) for form in ("more", "still more")}
    assert references(full.store) == full.acknowledged
    full.store.deliver_all()
    assert full.store.outbox.counts()[DeliveryState.SENT] == 2 * len(full.acknowledged)


def test_a_file_that_cannot_grow_gives_no_false_acknowledgement(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'requests.db'}"
    process = start("fill", url)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    lines = output.splitlines()
    acknowledged = {line.split()[1] for line in lines if line.startswith("saved")}
    answers = [line.split()[0] for line in lines]
    assert answers[0] == "saved"
    assert answers[-5:] == ["not", "not", "saved", "saved", "saved"]
    assert lines[-4] in ("not saved: database or disk is full", "not saved: disk I/O error")
    store = Store(open_database(url))
    assert {request.reference for request in store.service.list(limit=9999)} == acknowledged
    assert wrong(store) == {}
    with reading(store.engine) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
