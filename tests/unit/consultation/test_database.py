import logging
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from mesobot.chats.whatsapp.tables import metadata  # all tables of the database
from mesobot.consultation import migrations
from mesobot.consultation.database import make_private, open_database
from mesobot.consultation.transactions import DatabaseUnavailableError, reading, writing
from tests.unit.consultation.requests import Store


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'requests.db'}"


def pragma(url: str, name: str) -> object:
    engine = open_database(url)
    with reading(engine) as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL: NORMAL may lose a commit when the power fails
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 4000),
        ("temp_store", 2),  # MEMORY
    ],
)
def test_the_live_connection_has_the_settings(tmp_path: Path, name: str, value: object) -> None:
    assert pragma(sqlite_url(tmp_path), name) == value


def test_every_connection_of_the_pool_has_them(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path))
    with reading(engine) as one, reading(engine) as other:
        for connection in (one, other):
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_commit_to_postgresql_waits_for_the_disk(database_url: str) -> None:
    engine = open_database(database_url)
    with reading(engine) as connection:
        for name, value in (("synchronous_commit", "on"), ("statement_timeout", "4s")):
            assert connection.exec_driver_sql(f"SHOW {name}").scalar() == value
    engine.dispose()


def test_only_the_owner_reads_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "deeper"
    engine = open_database(sqlite_url(folder))
    Store(engine).submit()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert files == dict.fromkeys(
        ["requests.db", "requests.db-wal", "requests.db-shm"], 0o600
    )  # fmt: skip


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "requests.db"
    path.touch(mode=0o644)
    open_database(sqlite_url(tmp_path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/requests", "requests.db", ""]
)
def test_a_url_of_nothing_durable_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="database"):
        open_database(url)


def test_postgresql_may_be_called_postgres(database_url: str) -> None:
    engine = open_database(database_url.replace("postgresql://", "postgres://"))
    assert Store(engine).submit()
    engine.dispose()


def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    first = open_database(database_url)
    reference = Store(first).submit()
    first.dispose()
    second = open_database(database_url)
    assert Store(second).service.find(reference)
    second.dispose()


def test_the_migrations_make_the_tables_that_the_code_knows(database_url: str) -> None:
    engine = open_database(database_url)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [
            difference
            for difference in compare_metadata(context, metadata)
            if migrations.VERSION_TABLE not in str(difference)
        ]
    engine.dispose()
    assert differences == []


def test_the_newest_revision_is_the_one_that_is_expected() -> None:
    scripts = ScriptDirectory(str(migrations.FOLDER))
    assert scripts.get_current_head() == migrations.HEAD
    assert {script.revision for script in scripts.walk_revisions()} == set(migrations.REVISIONS)


def test_the_tables_can_be_taken_back(database_url: str) -> None:
    engine = open_database(database_url)
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == [migrations.VERSION_TABLE]
    engine.dispose()
    again = open_database(database_url)
    assert Store(again).submit()
    again.dispose()


def test_tables_of_a_newer_version_are_left_alone(database_url: str) -> None:
    engine = open_database(database_url)
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseUnavailableError, match="made by a newer version"):
        open_database(database_url)


_OPENS_WHEN_TOLD = """
import sys, alembic.command
from mesobot.consultation.database import open_database
print("ready", flush=True)
sys.stdin.read()
open_database(sys.argv[1])
"""


def test_several_processes_may_start_at_once(database_url: str) -> None:
    command_line = [sys.executable, "-c", _OPENS_WHEN_TOLD, database_url]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(command_line, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.close()
    for process in processes:
        assert process.stderr
        errors = process.stderr.read()
        assert process.wait(timeout=30) == 0, errors


def test_migrating_leaves_the_log_settings_alone(database_url: str) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    ours = logging.getLogger("mesobot.consultation.privacy")
    open_database(database_url).dispose()
    assert (root.handlers, root.level) == (handlers, level)
    assert not ours.disabled


def opens_in_vain(url: str) -> str:
    """What is said when the database cannot be opened."""
    with pytest.raises(DatabaseUnavailableError) as caught:
        open_database(url)
    return str(caught.value)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "requests.db").write_text("not a database " * 100)
    assert opens_in_vain(sqlite_url(tmp_path)) == "file is not a database"


def test_a_place_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert opens_in_vain(sqlite_url(tmp_path / "file")) in ("FileExistsError", "NotADirectoryError")
    (tmp_path / "folder" / "requests.db").mkdir(parents=True)
    assert opens_in_vain(sqlite_url(tmp_path / "folder")) == "unable to open database file"


def test_a_server_that_refuses_is_said_soon_without_the_password() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        said = opens_in_vain(f"postgresql://u:secret@127.0.0.1:{unused.getsockname()[1]}/x")
    assert said == "OperationalError"


def test_making_the_tables_does_not_greet_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    open_database(f"sqlite:///{tmp_path / 'requests.db'}").dispose()
    assert "alembic" not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("alembic")]


def test_making_a_file_private_ends_no_lock_of_sqlite(tmp_path: Path) -> None:
    """Another process would take itself for the last one, and remove the log under this one."""
    file = tmp_path / "requests.db"
    with closing(sqlite3.connect(file)) as mine:
        mine.execute("PRAGMA journal_mode=WAL")
        mine.execute("CREATE TABLE words (word TEXT)")
        make_private(file)
        visit = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM words')"
        subprocess.run([sys.executable, "-c", visit, str(file)], check=True)
        assert (tmp_path / "requests.db-wal").exists()
    assert not (tmp_path / "requests.db-wal").exists()  # this one was the last
