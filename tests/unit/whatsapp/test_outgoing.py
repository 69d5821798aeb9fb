"""Replies are sent in order, once, and their fate is known."""

from datetime import timedelta

import pytest

from mesobot.chats.whatsapp.outgoing import Reply
from mesobot.chats.whatsapp.tables import ReplyState, replies
from tests.unit.whatsapp.store import ADA, EVE, LEASE, ChatStore


def claim(store: ChatStore, limit: int = 10) -> list[Reply]:
    return store.outgoing.claim(limit, LEASE)


def body(reply: Reply) -> str:
    return str(reply.body["text"]["body"])


def test_the_parts_of_an_answer_go_out_one_after_the_other(store: ChatStore) -> None:
    store.replied("one", "two", who=ADA)
    store.replied("eve", who=EVE)
    first, eve = claim(store)
    assert [body(first), body(eve)] == ["one", "eve"]
    assert first.address == ADA
    assert claim(store) == []
    assert store.outgoing.sent(first, "wamid.out.1")
    (second,) = claim(store)
    assert body(second) == "two"


def test_what_was_sent_leaves_no_text(store: ChatStore) -> None:
    store.replied("ask a doctor")
    (reply,) = claim(store)
    store.outgoing.sent(reply, "wamid.out.1")
    assert "doctor" not in store.everything()
    assert "wamid" not in store.everything()


def test_what_a_dead_process_had_claimed_is_sent_by_another(store: ChatStore) -> None:
    store.replied("one")
    (lost,) = claim(store)
    assert claim(store) == []
    store.clock.advance(seconds=21)
    (again,) = claim(store)
    assert (again.id, again.attempts, again.token) == (lost.id, 1, lost.token)
    assert not store.outgoing.sent(lost, "wamid.late")
    assert store.outgoing.sent(again, "wamid.out.1")


def test_a_status_says_that_a_message_went_out_before_its_sender_could(store: ChatStore) -> None:
    store.replied("one")
    (lost,) = claim(store)
    assert store.outgoing.report(lost.token, "wamid.out.1", ReplyState.SENT)
    store.clock.advance(seconds=60)
    assert claim(store) == []
    assert not store.outgoing.sent(lost, "wamid.out.1")
    assert store.reply_states() == ["sent"]


@pytest.mark.parametrize("order", [["sent", "delivered", "read"], ["read", "delivered", "sent"]])
def test_statuses_may_come_in_any_order(store: ChatStore, order: list[str]) -> None:
    store.replied("one")
    (reply,) = claim(store)
    store.outgoing.sent(reply, "wamid.out.1")
    for state in order:
        store.outgoing.report(None, "wamid.out.1", ReplyState(state))
    assert store.reply_states() == ["read"]


def test_a_failure_that_is_reported_later_is_seen(store: ChatStore) -> None:
    store.replied("one")
    (reply,) = claim(store)
    store.outgoing.sent(reply, "wamid.out.1")
    assert store.outgoing.report(None, "wamid.out.1", ReplyState.FAILED, "error 131026")
    (row,) = store.rows(replies)
    assert (row.state, row.last_problem) == (ReplyState.FAILED, "error 131026")
    assert store.outgoing.counts()[ReplyState.FAILED] == 1


def test_a_status_of_a_stranger_changes_nothing(store: ChatStore) -> None:
    store.replied("one")
    assert not store.outgoing.report("<x@mesobot>", "wamid.other", ReplyState.READ)
    assert not store.outgoing.report("nonsense-1", "wamid.other", ReplyState.READ)
    assert store.reply_states() == ["waiting"]


def test_a_message_waits_as_long_as_it_is_told(store: ChatStore) -> None:
    store.replied("one")
    (reply,) = claim(store)
    store.outgoing.retry_at(reply, store.clock() + timedelta(minutes=1), "429")
    assert claim(store) == []
    store.clock.advance(seconds=61)
    (again,) = claim(store)
    assert again.attempts == 1
    store.outgoing.untouched(again, store.clock())
    (third,) = claim(store)
    assert third.attempts == 1


def test_a_held_message_goes_out_when_the_patient_writes_again(store: ChatStore) -> None:
    store.replied("late answer")
    (reply,) = claim(store)
    store.outgoing.give_up(reply, ReplyState.HELD, "error 131047")
    assert claim(store) == []
    store.hear("hello again")
    (again,) = claim(store)
    assert body(again) == "late answer"


def test_who_is_forgotten_gets_nothing_more(store: ChatStore) -> None:
    store.replied("one", "two")
    (reply,) = claim(store)
    store.outgoing.sent(reply, "wamid.out.1")
    person = store.people.find(ADA)
    assert person
    assert store.forgetting.forget(lambda sender: sender == person.sender) == [person.sender]
    assert claim(store) == []
    assert store.people.find(ADA) is None
    (row,) = store.rows(replies)
    assert (row.person, row.digest, row.content) == (None, None, None)
