"""F1, F2: a process that saves requests is killed at any moment."""

import random
import signal
import subprocess
import time

import pytest
from sqlalchemy import text

from mesobot.consultation.database import open_database
from mesobot.consultation.transactions import reading
from tests.faults.store_processes import start
from tests.unit.consultation.requests import Store, a_request

_WRONG = {
    "consents without request": "SELECT count(*) FROM consents WHERE request_id NOT IN (SELECT id FROM requests)",
    "messages without request": "SELECT count(*) FROM outbox WHERE request_id NOT IN (SELECT id FROM requests)",
    "lines of the trail without request": "SELECT count(*) FROM audit WHERE request_id NOT IN (SELECT id FROM requests)",
    "requests without their one consent": "SELECT count(*) FROM requests r WHERE 1 <> (SELECT count(*) FROM consents WHERE request_id = r.id)",
    "requests without their two messages": "SELECT count(*) FROM requests r WHERE 2 <> (SELECT count(*) FROM outbox WHERE request_id = r.id)",
    "requests without their trail": "SELECT count(*) FROM requests r WHERE 1 <> (SELECT count(*) FROM audit WHERE request_id = r.id AND action = 'submitted')",
}


def wrong(store: Store) -> dict[str, int]:
    with reading(store.engine) as connection:
        found = {
            name: connection.execute(text(query)).scalar_one() for name, query in _WRONG.items()
        }
    return {name: number for name, number in found.items() if number}


def kill(writer: subprocess.Popen[str]) -> list[str]:
    """The lines that it had still got out."""
    writer.kill()
    assert writer.stdout  # (communicate() would skip what is in its buffer)
    rest = writer.stdout.read()
    assert writer.wait() == -signal.SIGKILL
    return [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.parametrize(
    ("database_url", "cycles"),
    [("sqlite", 40), ("postgresql", 10)],
    indirect=["database_url"],
    ids=["sqlite", "postgresql"],
)
def test_no_acknowledged_request_is_lost_and_none_is_doubled(
    database_url: str, cycles: int
) -> None:
    acknowledged: dict[int, str] = {}
    before_the_first = 0
    for cycle in range(cycles):
        # Begins with the last one acknowledged: the patient who got no reply sends it again.
        writer = start("write", database_url, str(max(0, len(acknowledged) - 1)))
        assert writer.stdout
        assert writer.stdout.readline() == "opening\n"
        lines = []
        if cycle % 5 == 0:  # while it opens the database, the first time while it makes the tables
            time.sleep(random.uniform(0, 0.04))
        else:
            lines.append(writer.stdout.readline())
            time.sleep(random.uniform(0, 0.2))
        lines += kill(writer)
        before_the_first += not lines
        for line in lines:
            number, reference = line.split()
            assert acknowledged.setdefault(int(number), reference) == reference
    store = Store(open_database(database_url))
    last = store.service.submit(a_request(form=str(len(acknowledged))))  # may have been under way
    stored = {request.reference for request in store.service.list(limit=1_000_000)}
    lost = set(acknowledged.values()) - stored
    print(  # noqa: T201 - figures, shown with -rP
        f"{store.engine.dialect.name}: {cycles} kills ({before_the_first} before the first "
        f"commit was acknowledged), {len(acknowledged)} acknowledged, {len(lost)} lost"
    )
    assert not lost
    assert stored == {*acknowledged.values(), last.reference}
    assert len(stored) == len(acknowledged) + 1
    assert wrong(store) == {}
    if store.engine.dialect.name == "sqlite":
        with reading(store.engine) as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    store.engine.dispose()
    assert len(acknowledged) > cycles


def test_what_is_looked_for_would_be_found(store: Store) -> None:
    store.submit()
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM consents"))
        connection.execute(text("DELETE FROM outbox WHERE kind = 'patient_email'"))
        connection.execute(text("DELETE FROM audit"))
    assert len(wrong(store)) == 3
