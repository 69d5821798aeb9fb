"""F16: a backup is taken while requests come in and are delivered, and restored elsewhere."""

import random
import time
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from mesobot.consultation.backup import back_up, restore
from mesobot.consultation.clock import utc_now
from mesobot.consultation.database import open_database
from tests.faults.store_processes import start
from tests.faults.test_store_killed_writer import kill, wrong
from tests.postgresql import new_database
from tests.unit.consultation.requests import Store

_BACKUPS = 4


def later() -> datetime:
    """When the leases are over that were running at the moment of a backup."""
    return utc_now() + timedelta(minutes=3)


class Deliveries(Thread):
    """Delivers what comes in; knows which Message-IDs were marked sent."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.marked: list[str] = []
        self.enough = Event()

    def run(self) -> None:
        store = Store(open_database(self._url), clock=utc_now)
        while not self.enough.is_set():
            for delivery in store.outbox.claim():
                if store.outbox.sent(delivery):
                    self.marked.append(delivery.message_id)
        store.engine.dispose()

    def wait_for(self, number: int) -> None:
        deadline = time.monotonic() + 20
        while len(self.marked) < number:
            assert time.monotonic() < deadline, "nothing is delivered"
            time.sleep(random.uniform(0.001, 0.02))


def empty_machine(url: str, folder: Path) -> str:
    """URL of a database of the same kind in which there is nothing."""
    return f"sqlite:///{folder / 'requests.db'}" if url.startswith("sqlite") else new_database()


def test_a_restored_backup_is_a_prefix_and_sends_nothing_again(
    database_url: str, tmp_path: Path
) -> None:
    writer, deliveries = start("write", database_url, "0"), Deliveries(database_url)
    assert writer.stdout
    assert writer.stdout.readline() == "opening\n"
    lines = [writer.stdout.readline()]
    deliveries.start()
    known = []
    for number in range(_BACKUPS):
        lines += [writer.stdout.readline() for _ in range(random.randint(1, 20))]
        deliveries.wait_for(len(deliveries.marked) + 1)
        marked = list(deliveries.marked)
        back_up(database_url, tmp_path / f"backup-{number}.db")
        known.append((len(lines), marked))
    lines += [writer.stdout.readline() for _ in range(2)]  # the one under way at the last backup
    lines += kill(writer)
    deliveries.enough.set()
    deliveries.join()
    order = [line.split()[1] for line in lines]

    for number, (acknowledged, marked) in enumerate(known):
        elsewhere = empty_machine(database_url, tmp_path / f"elsewhere-{number}")
        restore(tmp_path / f"backup-{number}.db", elsewhere)
        restored = Store(open_database(elsewhere), clock=later)
        references = [request.reference for request in restored.service.list(limit=9999)][::-1]
        assert references == order[: len(references)]
        assert len(references) >= acknowledged
        assert wrong(restored) == {}
        sent = restored.deliver_all()
        assert len(sent) == len(set(sent))
        assert not {*sent} & {*marked}
        assert len(sent) + len(marked) <= 2 * len(references)
        restored.engine.dispose()
