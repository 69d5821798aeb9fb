import sqlite3
import stat
from pathlib import Path

import pytest

from mesobot.consultation.backup import BackupError, back_up
from mesobot.consultation.database import open_database
from tests.unit.consultation.requests import Store


def store_at(path: Path) -> Store:
    return Store(open_database(f"sqlite:///{path}"))


def test_a_backup_opens_as_a_database_of_its_own(tmp_path: Path) -> None:
    original = store_at(tmp_path / "requests.db")
    reference = original.submit()
    back_up(tmp_path / "requests.db", tmp_path / "backup.db")
    original.submit(form="later")
    assert [r.reference for r in store_at(tmp_path / "backup.db").service.list()] == [reference]


def test_a_backup_is_one_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    store_at(tmp_path / "requests.db").submit()
    target = tmp_path / "backups" / "backup.db"
    target.parent.mkdir()
    back_up(tmp_path / "requests.db", target)
    assert list(target.parent.iterdir()) == [target]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_an_older_backup_is_replaced(tmp_path: Path) -> None:
    store = store_at(tmp_path / "requests.db")
    for form in "12":
        store.submit(form=form)
        back_up(tmp_path / "requests.db", tmp_path / "backup.db")
    assert len(store_at(tmp_path / "backup.db").service.list()) == 2


def test_without_a_database_there_is_no_backup_and_the_older_one_stays(tmp_path: Path) -> None:
    (tmp_path / "backup.db").write_text("the older one")
    with pytest.raises(BackupError, match="unable to open database file"):
        back_up(tmp_path / "missing.db", tmp_path / "backup.db")
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
        back_up(path, tmp_path / "backup.db")
    assert [path.name for path in tmp_path.iterdir()] == ["requests.db"]


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    store_at(tmp_path / "requests.db")
    with pytest.raises(BackupError, match="No such file or directory"):
        back_up(tmp_path / "requests.db", tmp_path / "nowhere" / "backup.db")


def test_a_backup_takes_what_is_still_in_the_log(tmp_path: Path) -> None:
    store = store_at(tmp_path / "requests.db")
    store.submit()
    assert (tmp_path / "requests.db-wal").stat().st_size > 0
    back_up(tmp_path / "requests.db", tmp_path / "backup.db")
    with sqlite3.connect(tmp_path / "backup.db") as copy:
        assert copy.execute("SELECT count(*) FROM outbox").fetchone() == (2,)
