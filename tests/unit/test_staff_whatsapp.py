"""What staff read and do with `mesobot whatsapp`, apart from "check" (tests/graph/test_check.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mesobot.chats.whatsapp.review import Review
from mesobot.chats.whatsapp.tables import InboxState, ReplyState
from mesobot.consultation.clock import utc_now
from mesobot.consultation.encryption import Sealer
from mesobot.staff.check_store import check_database
from mesobot.staff.findings import Level
from mesobot.staff.installation import this_installation
from mesobot.staff.whatsapp import app
from tests.unit.whatsapp.store import ADA, EVE, ChatStore

SHY = replace(EVE, phone=None)


@pytest.fixture
def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ChatStore:
    url = f"sqlite:///{tmp_path / 'requests.db'}"
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", url)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("MESOBOT_ENCRYPTION_KEY", raising=False)
    return ChatStore(url)


def run(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(app, list(arguments))


def answered(chats: ChatStore, text: str, who=ADA) -> str:
    """An answer that went out; the name of its chat."""
    chats.replied(text, who=who)
    (reply,) = chats.outgoing.claim(10, chats.lease)
    assert chats.outgoing.sent(reply, "wamid.out")
    return reply.person[:8]


def left_late(chats: ChatStore, text: str, who=ADA) -> str:
    """A message that came too late; the name of its chat."""
    chats.hear(text, who=who)
    (turn,) = chats.claim()
    chats.inbox.settle(turn, InboxState.REVIEW)
    return turn.person.id[:8]


def left_unsent(chats: ChatStore, text: str, who=ADA) -> str:
    """An answer that WhatsApp did not take any more; the name of its chat."""
    chats.replied(text, who=who)
    (reply,) = chats.outgoing.claim(10, chats.lease)
    assert chats.outgoing.give_up(reply, ReplyState.REVIEW, "error 131047")
    return reply.person[:8]


def test_without_anything_left_it_says_so(chats: ChatStore) -> None:
    answered(chats, "It does not.")
    assert run("waiting").stdout == "No chat waits for staff.\n"


def test_what_was_left_is_shown_with_where_to_write(chats: ChatStore) -> None:
    late = left_late(chats, "are you \x1b[31mopen [b]today[/b]")
    unsent = left_unsent(chats, "I could not answer.", who=SHY)
    shown = run("waiting").stdout
    lines = [line.split() for line in shown.splitlines()[1:]]
    assert [line[0] for line in lines] == [late, unsent]
    assert [line[1] for line in lines] == ["+905321234567", "(hidden)"]
    assert "wrote: are you \N{REPLACEMENT CHARACTER}[31mopen [b]today[/b]" in shown
    assert "not sent: I could not answer." in shown


@pytest.mark.parametrize("who", ["+90 532 123 45 67", "by name"])
def test_what_is_done_leaves_no_text(chats: ChatStore, who: str) -> None:
    name = left_late(chats, "are you open today")
    left_unsent(chats, "I could not answer.")
    assert run("done", name if who == "by name" else who).stdout == "Done; its texts are removed.\n"
    assert run("waiting").stdout == "No chat waits for staff.\n"
    assert "open today" not in chats.everything()
    assert "could not answer" not in chats.everything()
    assert run("done", name).stdout == "Nothing of that chat was waiting.\n"


def test_a_chat_that_staff_take_is_theirs_until_they_give_it_back(chats: ChatStore) -> None:
    answered(chats, "It does not.")
    assert run("mute", "905321234567", "--minutes", "30").exit_code == 0
    person = chats.people.find(ADA)
    assert person
    assert person.muted_until
    assert 29 * 60 < (person.muted_until - utc_now()).total_seconds() <= 30 * 60
    assert "staff have this chat until" in run("waiting").stdout
    assert run("release", person.id[:8]).exit_code == 0
    assert run("waiting").stdout == "No chat waits for staff.\n"


def test_who_asked_for_a_person_was_shown_to_nobody(chats: ChatStore) -> None:
    chats.hear("talk to a person")
    (turn,) = chats.claim()
    chats.inbox.settle(turn, InboxState.ANSWERED, asks_for_person=True)
    name = turn.person.id[:8]
    assert "wants a person" in run("waiting").stdout
    assert name in run("waiting").stdout
    (found,) = [e for e in check_database(this_installation()) if e.topic == "chats left to staff"]
    assert found.sentence == "1 on WhatsApp."
    assert run("done", name).stdout == "Done; its texts are removed.\n"
    assert run("waiting").stdout == "No chat waits for staff.\n"


def test_staff_who_take_a_chat_have_seen_that_a_person_was_wanted(chats: ChatStore) -> None:
    chats.hear("talk to a person")
    (turn,) = chats.claim()
    chats.inbox.settle(turn, InboxState.ANSWERED, asks_for_person=True)
    run("mute", turn.person.id[:8])
    assert "wants a person" not in run("waiting").stdout
    run("release", turn.person.id[:8])
    assert run("waiting").stdout == "No chat waits for staff.\n"


def test_staff_see_that_somebody_wants_no_messages(chats: ChatStore) -> None:
    name = left_late(chats, "are you open today")
    person = chats.people.find(ADA)
    assert person
    chats.people.stop(person.id, True)
    (line,) = [each for each in run("waiting").stdout.splitlines() if "wrote STOP" in each]
    assert line.startswith(name)


def test_staff_were_not_told_that_whatsapp_refuses_the_token(chats: ChatStore) -> None:
    chats.replied("It does not.")
    (reply,) = chats.outgoing.claim(10, chats.lease)
    chats.outgoing.retry_at(reply, chats.clock() + timedelta(minutes=1), "401, error 190")
    chats.replied("About an hour.", who=EVE)
    told = "2 answers wait to be sent on WhatsApp (401, error 190)."
    assert told in run("waiting").stdout
    (found,) = [e for e in check_database(this_installation()) if e.topic == "answers on WhatsApp"]
    assert (found.level, found.sentence) == (Level.FAILS, told)


@pytest.mark.parametrize("name", ["905320000000", "deadbeef", "%", "", "90532123456"])
def test_an_unknown_chat_is_a_sentence(chats: ChatStore, name: str) -> None:
    left_late(chats, "are you open today")
    result = run("done", name)
    assert (result.exit_code, result.stderr[:23]) == (1, "There is no such chat. ")


def test_a_database_that_is_none_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", "mysql://there")
    result = run("waiting")
    assert result.exit_code == 3
    assert "The settings cannot be used" in result.stderr


def test_the_doctor_counts_chats_without_reading_them(chats: ChatStore) -> None:
    here = this_installation()
    topic = "chats left to staff"
    assert topic not in [each.topic for each in check_database(here)]
    left_late(chats, "are you open today")
    left_unsent(chats, "I could not answer.")
    left_late(chats, "hello?", who=EVE)
    (found,) = [each for each in check_database(here) if each.topic == topic]
    assert (found.level, found.sentence) == (Level.NOTE, "2 on WhatsApp.")


def test_texts_are_sealed_until_they_are_shown(tmp_path: Path) -> None:
    from cryptography.fernet import Fernet

    sealer = Sealer([Fernet.generate_key().decode()])
    with ChatStore(f"sqlite:///{tmp_path / 'requests.db'}", sealer) as sealed:
        left_late(sealed, "are you open today")
        assert "open today" not in sealed.everything()
        (chat,) = Review(sealed.engine, sealer, sealed.clock).chats()
        assert [left.text for left in chat.texts] == ["are you open today"]
