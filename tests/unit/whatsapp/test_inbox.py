"""Messages are taken once, in order, by one process at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from mesobot.chats.whatsapp.tables import InboxState, inbox, replies
from mesobot.chats.whatsapp.turns import Incoming, Outcome
from mesobot.consultation.encryption import Sealer
from tests.unit.whatsapp.store import ADA, EVE, ChatStore, texts


def test_the_same_message_is_kept_once(store: ChatStore) -> None:
    once = store.message("hello", name="wamid.1")
    assert store.inbox.receive([once, once]) == 1
    assert store.inbox.receive([once]) == 0
    (turn,) = store.claim()
    assert texts(turn) == ["hello"]
    store.answer(turn, "hi")
    assert store.inbox.receive([once]) == 0
    assert store.claim() == []


def test_the_same_message_at_once_in_several_threads_is_kept_once(store: ChatStore) -> None:
    message = store.message("hello", name="wamid.1")
    with ThreadPoolExecutor(4) as threads:
        kept = list(threads.map(lambda _: store.inbox.receive([message]), range(8)))
    assert sum(kept) == 1
    assert store.states() == ["waiting"]


def test_a_burst_is_answered_together_in_the_order_it_was_written(store: ChatStore) -> None:
    store.inbox.receive([store.message("third", ago=1), store.message("first", ago=9)])
    store.inbox.receive([store.message("second", ago=5)])
    (turn,) = store.claim()
    assert texts(turn) == ["first", "second", "third"]
    assert not turn.again


def test_a_burst_is_waited_for_but_not_for_ever(store: ChatStore) -> None:
    store.hear("one")
    store.clock.advance(seconds=0.9)
    assert store.claim_now() == []
    for _ in range(4):
        store.hear("more")
        store.clock.advance(seconds=0.9)
    (turn,) = store.claim_now()
    assert len(turn.messages) == 5


def test_an_emergency_waited_for_the_rest_of_a_burst(store: ChatStore) -> None:
    """Each further message put it off for another second."""
    store.hear("i had it at noon")
    store.inbox.receive([store.message("i cannot breathe", urgent=True), store.message("help")])
    (turn,) = store.claim_now()
    assert texts(turn) == ["i had it at noon", "i cannot breathe", "help"]
    store.answer(turn, "Call 112.")
    store.hear("and my lips")
    assert store.claim_now() == [], "an ordinary message waits for more again"
    (rest,) = store.claim()
    assert texts(rest) == ["and my lips"]


def test_an_emergency_during_a_turn_is_next_at_once(store: ChatStore) -> None:
    store.hear("does it hurt")
    (turn,) = store.claim()
    store.inbox.receive([store.message("i cannot breathe", urgent=True)])
    store.answer(turn, "No.")
    (following,) = store.claim_now()
    assert texts(following) == ["i cannot breathe"]
    store.answer(following, "Call 112.")
    assert [row.urgent for row in store.inbox_rows()] == [None, None]


def test_messages_that_belong_apart_are_turns_of_their_own(store: ChatStore) -> None:
    store.hear("one", "two")
    (first,) = store.claim(at_once=1)
    assert texts(first) == ["one"]
    assert store.claim(at_once=1) == [], "the person is still claimed"
    store.answer(first, "1")
    (second,) = store.claim(at_once=1)
    assert texts(second) == ["two"]


def test_a_person_is_claimed_by_one_process_only(store: ChatStore) -> None:
    store.hear("ada", who=ADA)
    store.hear("eve", who=EVE)
    (ada,) = store.claim(limit=1)
    (eve,) = store.claim_now(limit=10)
    assert [texts(ada), texts(eve)] == [["ada"], ["eve"]]
    assert store.claim_now() == []


def test_a_turn_of_a_dead_process_is_begun_again_as_it_was(store: ChatStore) -> None:
    store.hear("one", "two")
    (turn,) = store.claim()
    store.hear("three")
    store.clock.advance(seconds=30)
    (again,) = store.claim()
    assert (again.id, again.again, texts(again)) == (turn.id, True, ["one", "two"])
    assert store.inbox.settle(turn, InboxState.ANSWERED, [{}]) is Outcome.LOST
    assert store.inbox.settle(again, InboxState.ANSWERED, [{}]) is Outcome.KEPT
    assert len(store.rows(replies)) == 1
    (later,) = store.claim()
    assert texts(later) == ["three"]


def test_a_turn_that_is_given_back_is_due_at_once(store: ChatStore) -> None:
    store.hear("one")
    (turn,) = store.claim()
    store.inbox.give_back(turn)
    (again,) = store.claim_now()
    assert again.id == turn.id


def test_an_answered_message_leaves_no_text(store: ChatStore) -> None:
    store.hear("i have lupus")
    assert "lupus" in store.everything()
    (turn,) = store.claim()
    store.answer(turn, "ask a doctor")
    assert "lupus" not in store.everything()


def test_what_staff_should_read_stays(store: ChatStore) -> None:
    store.hear("i have lupus")
    (turn,) = store.claim()
    store.inbox.settle(turn, InboxState.REVIEW)
    assert "lupus" in store.everything()


def test_what_was_offered_is_remembered_until_the_next_answer(store: ChatStore) -> None:
    store.hear("hello")
    (turn,) = store.claim()
    store.inbox.settle(turn, InboxState.ANSWERED, [{}], offered=["does it hurt?", "how long?"])
    store.hear("2")
    (turn,) = store.claim()
    assert turn.person.offered == ("does it hurt?", "how long?")
    store.inbox.settle(turn, InboxState.ANSWERED, [{}], offered=[])
    store.hear("2")
    (turn,) = store.claim()
    assert turn.person.offered == ()


def test_what_needs_no_answer_is_known_and_nobody_waits(store: ChatStore) -> None:
    reaction = Incoming("wamid.9", ADA, store.clock(), None)
    assert store.inbox.receive([reaction]) == 0
    assert store.states() == ["ignored"]
    assert store.claim() == []
    assert store.people.find(ADA) is None


def test_an_answer_to_somebody_who_was_forgotten_is_not_kept(store: ChatStore) -> None:
    store.hear("forget me")
    (turn,) = store.claim()
    store.forgetting.forget_sender(turn.person.sender)
    assert store.inbox.settle(turn, InboxState.ANSWERED, [{}]) is Outcome.FORGOTTEN
    assert store.rows(replies) == []
    assert store.states() == ["dropped"]


def test_a_clock_that_was_set_back_stops_nothing(store: ChatStore) -> None:
    store.clock.advance(hours=2)
    store.hear("hello")
    store.claim()
    store.clock.advance(hours=-2)
    assert len(store.claim()) == 1


def test_without_its_key_a_message_waits_and_holds_up_nobody(database_url: str) -> None:
    key = Fernet.generate_key().decode()
    with ChatStore(database_url, Sealer([key])) as store:
        store.hear("secret", who=ADA)
    with ChatStore(database_url) as store:
        store.inbox.receive([store.message("open", EVE, name="wamid.eve")])
        assert [texts(turn) for turn in store.claim()] == [["open"]]
    with ChatStore(database_url, Sealer([key])) as store:
        store.clock.advance(minutes=6)
        assert ["secret"] in [list(texts(turn)) for turn in store.claim()]


@pytest.mark.parametrize("count", [1200])
def test_many_messages_at_once_are_kept(store: ChatStore, count: int) -> None:
    assert store.inbox.receive([store.message(f"{n}") for n in range(count)]) == count
    assert len(store.rows(inbox)) == count


def test_old_people_and_digests_go_with_time(store: ChatStore) -> None:
    store.hear("hello", who=ADA)
    (turn,) = store.claim()
    store.answer(turn, "hi")
    store.clock.advance(days=20)
    store.hear("hello", who=EVE)
    store.clock.advance(days=11)
    assert store.forgetting.purge(timedelta(days=30)) == 2
    assert store.people.find(ADA) is None
    assert store.people.find(EVE) is not None
