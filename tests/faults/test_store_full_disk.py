"""F11: the disk is full, or writing fails: never a false "saved", and it works again after."""

from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from mesobot.consultation.database import open_database
from mesobot.consultation.service import NotSavedError
from mesobot.consultation.transactions import DatabaseUnavailableError, reading
from tests.faults.store_processes import start
from tests.faults.test_store_killed_writer import wrong
from tests.unit.consultation.requests import Store


def allow_pages(engine: Engine, pages: int) -> None:
    """How large the database may become, on each connection from now on."""
    event.listen(
        engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages}").fetchone()
    )
    engine.dispose()


def pages(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())


@pytest.fixture
def full(tmp_path: Path) -> tuple[Store, set[str]]:
    """A store that has become full, and what it acknowledged until then."""
    store = Store(open_database(f"sqlite:///{tmp_path / 'requests.db'}"))
    allow_pages(store.engine, pages(store.engine) + 3)
    acknowledged = set()
    with pytest.raises(NotSavedError, match=r"^database or disk is full$"):
        for number in range(1000):
            acknowledged.add(store.submit(form=str(number)))
    assert acknowledged
    return store, acknowledged


def test_what_was_not_acknowledged_left_nothing_behind(full: tuple[Store, set[str]]) -> None:
    store, acknowledged = full
    for form in ("more", "still more"):
        with pytest.raises(NotSavedError):
            store.submit(form=form)
    with pytest.raises(DatabaseUnavailableError, match="full"):
        store.deliver_all()
    assert {request.reference for request in store.service.list(limit=9999)} == acknowledged
    assert wrong(store) == {}


def test_it_works_again_when_there_is_space(full: tuple[Store, set[str]]) -> None:
    store, acknowledged = full
    allow_pages(store.engine, 100_000)
    acknowledged |= {store.submit(form=form) for form in ("more", "still more")}
    assert {request.reference for request in store.service.list(limit=9999)} == acknowledged
    assert len(set(store.deliver_all())) == 2 * len(acknowledged)


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
