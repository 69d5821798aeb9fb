import sqlite3
import stat
from pathlib import Path

import pytest

from mesobot.consultation.backup import BackupError, back_up, restore
from mesobot.consultation.database import open_database
from mesobot.consultation.request import DeliveryState, State
from mesobot.consultation.tables import metadata
from mesobot.consultation.transactions import reading
from tests.postgresql import new_database
from tests.unit.consultation.requests import Store


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def store_at(path: Path) -> Store:
    return Store(open_database(url(path)))


def test_a_backup_opens_as_a_database_of_its_own(tmp_path: Path) -> None:
    original = store_at(tmp_path / "requests.db")
    reference = original.submit()
    back_up(url(tmp_path / "requests.db"), tmp_path / "backup.db")
    original.submit(form="later")
    assert [r.reference for r in store_at(tmp_path / "backup.db").service.list()] == [reference]


def test_a_backup_is_one_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    store_at(tmp_path / "requests.db").submit()
    target = tmp_path / "backups" / "backup.db"
    target.parent.mkdir()
    back_up(url(tmp_path / "requests.db"), target)
    assert list(target.parent.iterdir()) == [target]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_an_older_backup_is_replaced(tmp_path: Path) -> None:
    store = store_at(tmp_path / "requests.db")
    for form in "12":
        store.submit(form=form)
        back_up(url(tmp_path / "requests.db"), tmp_path / "backup.db")
    assert len(store_at(tmp_path / "backup.db").service.list()) == 2


def test_without_a_database_there_is_no_backup_and_the_older_one_stays(tmp_path: Path) -> None:
    (tmp_path / "backup.db").write_text("the older one")
    with pytest.raises(BackupError, match="unable to open database file"):
        back_up(url(tmp_path / "missing.db"), tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_text() == "the older one"
    assert [path.name for path in tmp_path.iterdir()] == ["backup.db"]


def test_a_damaged_database_gives_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "requests.db"
    store = store_at(path)
    for number in range(50):
        store.submit(form=str(number))
    store.engine.dispose()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    with pytest.raises(BackupError):
        back_up(url(path), tmp_path / "backup.db")
    assert [path.name for path in tmp_path.iterdir()] == ["requests.db"]


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    store_at(tmp_path / "requests.db")
    with pytest.raises(BackupError, match="No such file or directory"):
        back_up(url(tmp_path / "requests.db"), tmp_path / "nowhere" / "backup.db")


def test_a_backup_takes_what_is_still_in_the_log(tmp_path: Path) -> None:
    store = store_at(tmp_path / "requests.db")
    store.submit()
    assert (tmp_path / "requests.db-wal").stat().st_size > 0
    back_up(url(tmp_path / "requests.db"), tmp_path / "backup.db")
    with sqlite3.connect(tmp_path / "backup.db") as copy:
        assert copy.execute("SELECT count(*) FROM outbox").fetchone() == (2,)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with reading(store.engine) as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(table.select().order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


def use(store: Store) -> None:
    """Leave requests and messages in every state."""
    closed, erased, *_ = [store.submit(form=str(number)) for number in range(4)]
    sent, dead, late, *_ = store.outbox.claim(limit=5)
    store.outbox.sent(sent)
    store.outbox.give_up(dead, "550 no such user")
    store.outbox.retry_at(late, store.clock.now, "451 busy")
    store.service.close(closed, "Deniz")
    store.privacy.erase(erased, "Deniz")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database() if request.param == "postgresql" else url(tmp_path / "new" / "new.db")


def test_what_is_restored_is_what_was_backed_up_on_any_database(
    store: Store, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    use(store)
    backup = tmp_path / "backup.db"
    back_up(database_url, backup)
    before = backup.read_bytes()
    assert restore(backup, empty_url) == 4
    assert backup.read_bytes() == before
    restored = Store(open_database(empty_url), clock=store.clock)
    assert everything(restored) == everything(store)
    assert State.ERASED in {request.state for request in restored.service.list()}
    assert all(restored.outbox.counts()[DeliveryState(one)] for one in ("sent", "dead", "waiting"))
    reference = restored.submit(form="new")  # numbers go on behind those that are taken
    assert restored.service.list(limit=1)[0].reference == reference
    restored.engine.dispose()


def test_a_backup_is_not_restored_over_other_requests(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    store.submit()
    back_up(database_url, tmp_path / "backup.db")
    before = everything(store)
    with pytest.raises(BackupError, match="there are requests in the database already"):
        restore(tmp_path / "backup.db", database_url)
    assert everything(store) == before


def test_something_else_is_not_restored(tmp_path: Path) -> None:
    other, text = tmp_path / "other.db", tmp_path / "file.txt"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE other (id INTEGER)")
    text.write_text("no database" * 1000)
    for path in (other, text, tmp_path / "missing.db"):
        with pytest.raises(BackupError):
            restore(path, url(tmp_path / "requests.db"))
    assert not (tmp_path / "requests.db").exists()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_backup_of_postgresql_is_for_its_owner_and_leaves_nothing_beside_it(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    store.submit()
    target = tmp_path / "backups" / "backup.db"
    target.parent.mkdir()
    back_up(database_url, target)
    assert list(target.parent.iterdir()) == [target]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(BackupError, match="OperationalError"):
        back_up("postgresql://me:secret@127.0.0.1:1/requests", target)
    assert list(target.parent.iterdir()) == [target]
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT count(*) FROM outbox").fetchone() == (2,)
