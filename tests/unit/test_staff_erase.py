"""`mesobot requests erase`: everything that Mesobot keeps of a patient goes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from mesobot import cli, paths
from mesobot.consultation.database import open_database
from mesobot.consultation.delivery.catcher import keep_mail
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.request import State
from mesobot.staff.desk import NO_DATABASE, NOT_POSSIBLE
from mesobot.staff.requests import app
from tests.unit.chat_rows import make_events, say, senders
from tests.unit.consultation.requests import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    url = f"sqlite:///{tmp_path / 'requests.db'}"
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", url)
    monkeypatch.delenv("MESOBOT_ENCRYPTION_KEY", raising=False)
    monkeypatch.setattr(paths, "STATE", tmp_path)
    return Store(open_database(url))


class Chats:
    """Stands for the store of conversations."""

    def __init__(self, *senders: str) -> None:
        self.senders = set(senders)

    def forget(self, is_meant: Callable[[str], bool]) -> int:
        gone = {sender for sender in self.senders if is_meant(sender)}
        self.senders -= gone
        return len(gone)


def erase(*arguments: str, forget: object = None, typed: str = "") -> Result:
    runner = CliRunner(mix_stderr=False)
    return runner.invoke(app, ["erase", *arguments], obj=forget, input=typed)


def state_of(store: Store, reference: str) -> State:
    found = store.service.find(reference)
    assert found
    return found.state


def test_erasing_leaves_nothing_in_the_database(store: Store, tmp_path: Path) -> None:
    reference = store.submit()
    result = erase(reference, "--yes", "--as", "Deniz")
    assert result.exit_code == 0
    assert "Ada" not in result.stdout + result.stderr
    assert state_of(store, reference) is State.ERASED
    files = b"".join(path.read_bytes() for path in tmp_path.glob("requests.db*"))
    assert reference.encode() in files
    for text in (b"Lovelace", b"ada@lovelace.org", b"pigment"):
        assert text not in files


def test_an_erased_request_is_shown_as_such(store: Store) -> None:
    reference = store.submit()
    erase(reference, "--yes")
    shown = CliRunner().invoke(app, ["show", reference]).stdout
    assert "(erased)" in shown
    assert "cancelled" in shown


def test_the_conversation_of_the_request_goes_and_no_other(store: Store) -> None:
    reference = store.submit(conversation="web-1")
    chats = Chats("web-1", "web-2", "web-11")
    result = erase(reference, "--yes", forget=chats.forget)
    assert chats.senders == {"web-2", "web-11"}
    assert "Conversations removed: 1." in result.stdout


def test_without_access_to_conversations_it_says_that_they_stay(store: Store) -> None:
    assert "chat was not removed" in erase(store.submit(), "--yes").stdout


def test_the_conversation_is_found_under_an_old_key(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    reference = Store(store.engine, Sealer([old])).submit(conversation="web-1")
    monkeypatch.setenv("MESOBOT_ENCRYPTION_KEY", f"{new},{old}")
    chats = Chats("web-1", "web-2")
    assert erase(reference, "--yes", forget=chats.forget).exit_code == 0
    assert chats.senders == {"web-2"}


def test_a_request_can_be_erased_although_its_key_is_lost(store: Store) -> None:
    locked = Store(store.engine, Sealer([Fernet.generate_key().decode()]))
    reference = locked.submit()
    assert erase(reference, "--yes").exit_code == 0
    assert state_of(store, reference) is State.ERASED


def test_nothing_is_erased_when_the_conversation_cannot_be(store: Store) -> None:
    reference = store.submit()

    def fail(is_meant: Callable[[str], bool]) -> int:
        raise RuntimeError("locked by ada@lovelace.org")

    result = erase(reference, "--yes", forget=fail)
    assert result.exit_code == NO_DATABASE
    assert "RuntimeError" in result.stderr
    assert "lovelace" not in result.stderr
    assert state_of(store, reference) is State.NEW
    chats = Chats("web-1")
    assert erase(reference, "--yes", forget=chats.forget).exit_code == 0
    assert not chats.senders


def test_kept_mails_about_it_go_and_others_stay(store: Store, tmp_path: Path) -> None:
    reference = store.submit(form="1")
    theirs = store.deliver_all()
    store.submit(form="2")
    others = store.deliver_all()
    folder = tmp_path / "mail"
    folder.mkdir()
    kept = {
        message_id: keep_mail(folder, f"Message-ID: {message_id}\r\n\r\nAda".encode())
        for message_id in (*theirs, *others)
    }
    result = erase(reference, "--yes")
    assert f"Kept mails removed: {len(theirs)}." in result.stdout
    assert set(folder.iterdir()) == {kept[message_id] for message_id in others}


def test_it_asks_first_and_takes_only_yes(store: Store) -> None:
    reference = store.submit()
    for typed in ("n\n", "\n", ""):
        assert erase(reference, typed=typed).exit_code == NOT_POSSIBLE
        assert state_of(store, reference) is State.NEW
    assert erase(reference, typed="y\n").exit_code == 0
    assert state_of(store, reference) is State.ERASED


def test_erasing_again_is_no_mistake(store: Store) -> None:
    reference = store.submit()
    erase(reference, "--yes")
    again = erase(reference.lower().replace("-", " "), "--yes")
    assert again.exit_code == 0
    assert f"{reference} had been erased before." in again.stdout


def test_old_bytes_that_stay_are_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = store.submit()
    monkeypatch.setattr("mesobot.consultation.traces.LIMIT", 0.2)
    reader = store.engine.raw_connection()
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM requests").fetchall()
    result = erase(reference, "--yes")
    reader.close()
    assert result.exit_code == NO_DATABASE
    assert "run this again later" in result.stderr
    assert erase(reference, "--yes").exit_code == 0


def test_the_installed_command_removes_the_chat(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = tmp_path / "chats.db"
    monkeypatch.setenv("MESOBOT_TRACKER_DB", str(chats))
    make_events(chats)
    say(chats, "web-1", "i am ada")
    say(chats, "web-2", "hello")
    reference = store.submit(conversation="web-1")
    arguments = ["requests", "erase", reference, "--yes"]
    result = CliRunner(mix_stderr=False).invoke(cli.app, arguments)
    assert "Conversations removed: 1." in result.stdout, result.stderr
    assert senders(chats) == ["web-2"]
