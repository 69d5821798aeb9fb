"""What staff read and do with `mesobot requests`."""

import os
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from mesobot.consultation.database import open_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.request import Way
from mesobot.staff.requests import NO_DATABASE, NOT_POSSIBLE, WRONG_USAGE, app
from tests.unit.consultation.requests import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    url = f"sqlite:///{tmp_path / 'requests.db'}"
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", url)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("MESOBOT_SMTP_HOST", raising=False)
    monkeypatch.delenv("MESOBOT_ENCRYPTION_KEY", raising=False)
    return Store(open_database(url))


@pytest.fixture
def reference(store: Store) -> str:
    return store.submit(way=Way.WHATSAPP, name="Ayşe [b]Y[/b]", contact="+905321234567")


def run(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(app, list(arguments))


def give_up_messages(store: Store) -> None:
    for delivery in store.outbox.claim(limit=10):
        assert store.outbox.give_up(delivery, "550 no such mailbox")


def test_the_list_shows_who_wants_what(reference: str) -> None:
    shown = run("list").stdout
    for text in (reference, "Ayşe [b]Y[/b]", "+905321234567", "pigment and dull skin", "new"):
        assert text in shown


def test_times_are_those_of_istanbul(reference: str) -> None:
    assert "2026-03-02 12:00" in run("list").stdout  # it came in at 09:00 UTC


def test_a_narrow_terminal_gets_every_word_of_the_list(
    reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = run("list").stdout
    assert max(map(len, shown.splitlines())) <= 80
    for text in (reference, "Ayşe [b]Y[/b]", "+905321234567", "pigment and dull skin"):
        assert text in shown


def test_a_pipe_gets_a_request_on_one_line_without_colours(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")
    reference = store.submit(name="Anna " * 20, contact=f"{'a' * 60}@{'b' * 60}.org")
    (line,) = [line for line in run("list").stdout.splitlines() if reference in line]
    assert f"{'a' * 60}@{'b' * 60}.org" in line
    assert "\x1b" not in line


def test_nothing_a_patient_wrote_reaches_the_terminal_as_an_order(store: Store) -> None:
    store.submit(name="\x1b[2JAda\u202e")
    shown = run("list").stdout
    assert "Ada" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_only_open_requests_are_listed_unless_all_are_wanted(store: Store) -> None:
    done, still_open = store.submit(form="1"), store.submit(form="2")
    run("close", done, "--as", "Deniz")
    assert done not in run("list").stdout
    assert still_open in run("list", "--open").stdout
    assert done in run("list", "--all").stdout
    only_closed = run("list", "--state", "closed").stdout
    assert done in only_closed
    assert still_open not in only_closed


def test_several_states_can_be_asked_for(store: Store) -> None:
    references = [store.submit(form=str(number)) for number in range(3)]
    run("close", references[0], "--as", "Deniz")
    run("claim", references[1], "--as", "Deniz")
    shown = run("list", "--state", "closed", "--state", "claimed").stdout
    assert [each in shown for each in references] == [True, True, False]


def test_a_state_that_does_not_exist_is_wrong_usage(store: Store) -> None:
    assert run("list", "--state", "lost").exit_code == WRONG_USAGE


def test_an_empty_list_says_so(store: Store) -> None:
    result = run("list")
    assert (result.exit_code, result.stdout) == (0, "No open requests.\n")


def test_a_list_that_is_cut_short_says_so(store: Store) -> None:
    references = [store.submit(form=str(number)) for number in range(3)]
    result = run("list", "--most", "2")
    assert [each in result.stdout for each in references] == [False, True, True]
    assert "newest 2" in result.stderr
    assert "newest" not in run("list", "--most", "3").stderr


def test_a_message_that_failed_is_seen_in_the_list_and_can_be_sent_again(
    store: Store, reference: str
) -> None:
    give_up_messages(store)
    result = run("list")
    assert "e-mail to clinic FAILED (1 attempt: 550 no such mailbox)" in result.stdout
    assert "retry" in result.stderr
    assert run("retry", reference).stdout == "1 message(s) will be sent again.\n"
    assert "FAILED" not in run("list").stdout
    assert run("retry", reference).stdout == "Nothing had been given up.\n"


def test_kept_mails_are_not_called_received(
    reference: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.deliver_all()
    assert "nobody has received them" in run("show", reference).stderr
    monkeypatch.setenv("MESOBOT_SMTP_HOST", "mail.clinic.org")
    assert run("show", reference).stderr == ""


def test_a_request_goes_its_way(reference: str) -> None:
    assert run("claim", reference, "--as", "Deniz").stdout == f"{reference} is now claimed.\n"
    assert "claimed (Deniz)" in run("show", reference.lower()).stdout
    assert "contacted" in run("contacted", reference, "--as", "Deniz").stdout
    assert "closed" in run("close", reference, "--as", "Deniz").stdout


def test_what_is_not_possible_says_what_is_and_who_has_it(reference: str) -> None:
    run("claim", reference, "--as", "Deniz")
    result = run("claim", reference, "--as", "Elif")
    assert result.exit_code == NOT_POSSIBLE
    assert "it can become contacted or closed. Deniz takes care of it." in result.stderr


def test_a_name_of_staff_is_one_readable_line(reference: str) -> None:
    for name in ("", "  ", "De\nniz", "x" * 61):
        assert run("claim", reference, "--as", name).exit_code == WRONG_USAGE


@pytest.mark.parametrize("command", ["show", "claim", "contacted", "close", "retry", "erase"])
@pytest.mark.parametrize("unknown", ["M-222222", "nonsense", ""])
def test_an_unknown_reference_is_said(reference: str, command: str, unknown: str) -> None:
    result = run(command, unknown)
    assert result.exit_code == NOT_POSSIBLE
    assert "no request of that reference" in result.stderr


def test_old_closed_requests_are_deleted_and_no_others(store: Store) -> None:
    closed, still_open = store.submit(form="1"), store.submit(form="2")
    store.service.close(closed, "Deniz")  # in March, by the clock of the store
    assert run("purge", "--older-than-days", "36500").stdout.startswith("0 ")
    assert run("purge", "--older-than-days", "30").stdout.startswith("1 ")
    shown = run("list", "--all").stdout
    assert closed not in shown
    assert still_open in shown


def test_purging_needs_a_number_of_days(store: Store) -> None:
    for arguments in ([], ["--older-than-days", "0"], ["--older-than-days", "soon"]):
        assert run("purge", *arguments).exit_code == WRONG_USAGE


def test_a_backup_is_a_database_for_its_owner_only(reference: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", str(copy)).exit_code == 0
    assert sqlite3.connect(copy).execute("SELECT reference FROM requests").fetchall() == [
        (reference,)
    ]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_backup_never_takes_the_place_of_the_database(reference: str, tmp_path: Path) -> None:
    for name in ("requests.db", "requests.db-wal", "nowhere/copy.db"):
        assert run("backup", str(tmp_path / name)).exit_code == WRONG_USAGE
    assert reference in run("list").stdout


def test_a_backup_is_restored_where_there_is_nothing_and_nowhere_else(
    reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.db"
    run("backup", str(copy))
    result = run("restore", str(copy))
    assert (result.exit_code, result.stdout) == (NO_DATABASE, "")
    assert "requests in the database already" in result.stderr
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", f"sqlite:///{tmp_path / 'new' / 'requests.db'}")
    result = run("restore", str(copy))
    assert result.exit_code == 0
    assert result.stdout.startswith("1 request(s)")
    assert reference in run("list").stdout
    assert run("restore", str(tmp_path / "none.db")).exit_code == NOT_POSSIBLE


def test_a_database_that_does_not_open_has_an_exit_code_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", f"sqlite:///{tmp_path}/file/r.db")
    for arguments in (
        ["list"],
        ["show", "M-222222"],
        ["retry", "M-222222"],
        ["erase", "M-222222", "--yes"],
        ["export", "--csv", str(tmp_path / "r.csv")],
        ["purge", "--older-than-days", "30"],
        ["backup", str(tmp_path / "copy.db")],
        ["restore", str(tmp_path / "file")],
    ):
        result = run(*arguments)
        assert (arguments, result.exit_code) == (arguments, NO_DATABASE)
        assert result.stderr.count("\n") == 1


def test_the_password_of_the_database_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", "mysql://me:hunter2@host/requests")
    for arguments in (["list"], ["erase", "M-222222", "--yes"], ["restore", __file__]):
        result = run(*arguments)
        assert result.exit_code == NO_DATABASE
        assert "hunter2" not in result.output + result.stderr


def test_a_missing_or_wrong_key_is_said_and_nothing_is_shown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = Store(store.engine, Sealer([Fernet.generate_key().decode()]))
    reference = locked.submit()
    for key in ("", Fernet.generate_key().decode(), "no key at all"):
        monkeypatch.setenv("MESOBOT_ENCRYPTION_KEY", key)
        for command in (["list"], ["show", reference]):
            result = run(*command)
            assert result.exit_code == NO_DATABASE
            assert "MESOBOT_ENCRYPTION_KEY" in result.stderr
            assert result.stdout == ""


def test_help_needs_neither_database_nor_state() -> None:
    environment = {**os.environ, "MESOBOT_REQUESTS_DB": "nonsense"}
    result = CliRunner().invoke(app, ["--help"], env=environment)
    assert result.exit_code == 0
    for command in ("list", "claim", "export", "erase", "purge", "backup", "restore"):
        assert command in result.stdout


def test_a_request_untouched_for_a_year_is_still_there_while_it_is_open(store: Store) -> None:
    reference = store.submit()
    store.clock.advance(days=365)
    assert store.privacy.purge(timedelta(days=30)) == 0
    run("purge", "--older-than-days", "1")
    assert reference in run("list").stdout
