"""The commands for staff."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mesobot import paths
from mesobot.cli import app
from mesobot.consultation.clock import utc_now
from mesobot.insight.pseudonyms import open_pseudonyms
from mesobot.running import free_port
from tests.faults.mail_peers import SmtpServer, smtp_settings
from tests.unit.consultation.requests import GIVEN_AT
from tests.unit.insight.said import ANSWERED, EMERGENCY, LOST, bot, keep, loop, session, user

NOTHING_PERSONAL = ("Zeynep", "532 123", "secret-sender")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "STATE", tmp_path)
    monkeypatch.setenv("MESOBOT_TRACKER_DB", str(tmp_path / "chats.db"))
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", f"sqlite:///{tmp_path / 'requests.db'}")
    monkeypatch.delenv("MESOBOT_DIGEST_EMAIL", raising=False)
    return tmp_path


@pytest.fixture
def said(state: Path) -> Path:
    """Conversations of this hour."""
    now = (utc_now() - GIVEN_AT - timedelta(minutes=5)).total_seconds()
    lost = "my name is Zeynep, can i bring a dog, call 0532 123 45 67"
    keep(
        f"sqlite:///{state / 'chats.db'}",
        [
            *(session("secret-sender", now), user(lost, "nlu_fallback", "secret-sender", now + 1)),
            *(bot(LOST, "secret-sender", now + 2), loop("f", "secret-sender", now + 3)),
            *(
                user("Zeynep", "faq/pain", "secret-sender", now + 4),
                loop(None, "secret-sender", now + 5),
            ),
            *(user("can i bring a dog", "nlu_fallback", "bob", now + 6), bot(LOST, "bob", now + 7)),
            *(user("i cannot breathe", "medical_emergency", "bob", now + 8),),
            *(bot(EMERGENCY, "bob", now + 9), user("does it hurt", "faq/pain", "cleo", now + 10)),
            bot(ANSWERED, "cleo", now + 11),
        ],
    )
    return state


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == code, done.output
    assert [text for text in NOTHING_PERSONAL if text in done.output] == []
    return done.output


def test_missed_questions_are_listed_by_how_many_asked(said: Path) -> None:
    output = run("missed")
    assert "2 people" in output
    assert "can i bring a dog" in output
    assert "my name is ‹name›, can i bring a dog, call ‹phone›" in output
    assert "data/faq/pain.yml" in output
    assert "2 question(s) of fewer than 3 people" in run("missed", "--fewest", "3")


def test_nothing_missed_is_said(state: Path) -> None:
    assert "got an answer, or a way to one" in run("missed", "--since", "3d")


def test_conversations_are_listed_by_pseudonym_and_shown_masked(said: Path) -> None:
    listing = run("conversations", "list")
    pseudonym = open_pseudonyms({}, said).of("secret-sender")
    assert pseudonym in listing
    assert "Emergency" in listing
    shown = run("conversations", "show", pseudonym.upper())
    assert "my name is ‹name›" in shown
    assert "‹answer to the form›" in shown
    assert "not understood" in shown
    flagged = run("conversations", "list", "--red-flags")
    assert flagged.count("\n") == 2
    assert pseudonym not in flagged
    assert run("conversations", "list", "--unanswered").count("\n") == 3
    run("conversations", "show", "0123456789ab", code=1)


def test_a_conversation_is_erased_by_its_pseudonym(said: Path) -> None:
    """Who asks for it by telephone has no request, and maybe no browser any more."""
    pseudonym = open_pseudonyms({}, said).of("bob")
    run("conversations", "erase", "0123456789ab", "--yes", code=1)
    assert run("conversations", "list").count("\n") == 4
    assert "Erased." in run("conversations", "erase", f" {pseudonym.upper()} ", "--yes")
    listing = run("conversations", "list")
    assert pseudonym not in listing
    assert open_pseudonyms({}, said).of("secret-sender") in listing
    run("conversations", "erase", pseudonym, "--yes", code=1)


def test_a_conversation_is_not_erased_without_a_yes(said: Path) -> None:
    pseudonym = open_pseudonyms({}, said).of("bob")
    assert (
        CliRunner().invoke(app, ["conversations", "erase", pseudonym], input="n\n").exit_code == 1
    )
    assert pseudonym in run("conversations", "list")


def test_a_digest_is_a_page_that_only_its_owner_reads(said: Path) -> None:
    figures = said / "figures.json"
    output = run("digest", "--since", "2d", "--json", str(figures))
    page = said / "digest.html"
    assert str(page) in output
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text(encoding="utf-8")
    assert "can i bring a dog" in text
    assert [secret for secret in NOTHING_PERSONAL if secret in text + figures.read_text()] == []
    plain = json.loads(figures.read_text(encoding="utf-8"))
    assert (plain["chats"]["conversations"], plain["chats"]["messages"]) == (3, 5)
    assert plain["chats"]["outcomes"]["not_understood"] == 2


def test_a_digest_can_be_sent_now(said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SmtpServer() as server:
        for name, value in smtp_settings(server.port).items():
            monkeypatch.setenv(name, value)
        assert "MESOBOT_DIGEST_EMAIL" in run("digest", "--since", "2d", "--mail", code=2)
        monkeypatch.setenv("MESOBOT_DIGEST_EMAIL", "staff@clinic.com.tr")
        assert run("digest", "--since", "2d", "--mail").endswith("Sent.\n")
        (mail,) = server.mails
        server.script = ["550"]
        assert "550 at RCPT" in run("digest", "--since", "2d", "--mail", code=1)
    message = message_from_bytes(mail, policy=policy.default)
    (page,) = message.iter_attachments()
    assert message["To"] == "staff@clinic.com.tr"
    assert "can i bring a dog" not in page.get_content()  # two people are too few for a mail


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("digest", "--week", "47"), "2026-W47"),
        (("digest", "--week", "2026-W47", "--since", "7d"), "not both"),
        (("missed", "--since", "tomorrow"), "write 7d"),
        (("digest", "--file", "/no/such/folder/page.html"), "cannot be written"),
    ],
)
def test_wrong_usage_says_what_is_right(
    state: Path, arguments: tuple[str, ...], words: str
) -> None:
    assert words in run(*arguments, code=2)


def test_a_database_that_does_not_answer_is_named(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://mesobot@127.0.0.1:{free_port()}/none"
    monkeypatch.setenv("MESOBOT_TRACKER_DB", url)
    assert "does not answer" in run("missed", code=3)
