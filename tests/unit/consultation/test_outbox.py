from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.engine import Engine

from mesobot.consultation.encryption import Sealer
from mesobot.consultation.outbox import Delivery
from mesobot.consultation.request import DeliveryKind, DeliveryState, State, Way
from mesobot.consultation.tables import audit
from mesobot.consultation.transactions import reading
from tests.unit.consultation.requests import GIVEN_AT, Store

LEASE = timedelta(seconds=120)


def claim_one(store: Store) -> Delivery:
    (delivery,) = store.outbox.claim(lease=LEASE)
    return delivery


def stands(store: Store, reference: str) -> list[tuple[DeliveryState, int, str | None]]:
    request = store.service.find(reference)
    assert request is not None
    return [(d.state, d.attempts, d.last_problem) for d in request.deliveries]


def test_a_claimed_message_says_all_that_is_needed_to_write_it(store: Store) -> None:
    reference = store.submit()
    delivery = claim_one(store)
    assert delivery.kind is DeliveryKind.CLINIC_EMAIL
    assert delivery.reference == reference
    assert delivery.attempts == 0
    assert delivery.created_at == GIVEN_AT
    request = delivery.request
    assert (request.way, request.channel) == (Way.EMAIL, "web")
    assert (request.name, request.contact) == ("Ada Lovelace", "ada@lovelace.org")
    assert (request.concern, request.preferred_time) == (
        "pigment and dull skin",
        "weekday mornings",
    )
    assert request.created_at == GIVEN_AT


def test_oldest_messages_come_first_and_no_more_than_wanted(store: Store) -> None:
    references = [store.submit(form=str(number), way=Way.WHATSAPP) for number in range(5)]
    assert [d.reference for d in store.outbox.claim(limit=2)] == references[:2]
    assert [d.reference for d in store.outbox.claim(limit=9)] == references[2:]
    assert store.outbox.claim(limit=9) == []


def test_nothing_is_claimed_when_nothing_is_wanted(store: Store) -> None:
    store.submit()
    assert store.outbox.claim(limit=0) == []


def test_a_claimed_message_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    store.submit(way=Way.WHATSAPP)
    first = claim_one(store)
    store.clock.advance(seconds=119)
    assert store.outbox.claim() == []
    store.clock.advance(seconds=1)
    second = claim_one(store)
    assert second.message_id == first.message_id
    assert second.lease != first.lease
    assert second.attempts == 1


def test_who_lost_the_lease_changes_nothing(store: Store) -> None:
    reference = store.submit(way=Way.WHATSAPP)
    late = claim_one(store)
    store.clock.advance(minutes=3)
    current = claim_one(store)
    assert not store.outbox.sent(late)
    assert not store.outbox.retry_at(late, GIVEN_AT, "late")
    assert not store.outbox.give_up(late, "late")
    assert stands(store, reference) == [(DeliveryState.WAITING, 2, None)]
    assert store.outbox.sent(current)


def test_an_ended_lease_that_nobody_took_over_still_counts(store: Store) -> None:
    reference = store.submit(way=Way.WHATSAPP)
    delivery = claim_one(store)
    store.clock.advance(minutes=3)
    assert store.outbox.sent(delivery)
    assert stands(store, reference) == [(DeliveryState.SENT, 1, None)]


def test_what_was_sent_is_marked_once_and_never_claimed_again(store: Store) -> None:
    store.submit(way=Way.WHATSAPP)
    delivery = claim_one(store)
    assert store.outbox.sent(delivery)
    assert not store.outbox.sent(delivery)
    store.clock.advance(days=1)
    assert store.outbox.claim() == []


def test_the_first_message_to_the_clinic_makes_the_request_notified(store: Store) -> None:
    reference = store.submit()
    to_clinic, to_patient = store.outbox.claim(limit=2)
    store.clock.advance(minutes=1)
    store.outbox.sent(to_patient)
    stored = store.service.find(reference)
    assert stored is not None
    assert stored.state is State.NEW
    store.outbox.sent(to_clinic)
    stored = store.service.find(reference)
    assert stored is not None
    assert stored.state is State.NOTIFIED
    assert stored.updated_at == store.clock.now
    with reading(store.engine) as connection:
        line = connection.execute(select(audit).order_by(audit.c.id.desc())).first()
    assert (line.action, line.actor, line.detail) == ("notified", "relay", "clinic_email")


def test_a_message_does_not_undo_what_staff_did(store: Store) -> None:
    reference = store.submit()
    delivery = claim_one(store)
    store.service.claim(reference, "Deniz")
    assert store.outbox.sent(delivery)
    stored = store.service.find(reference)
    assert stored is not None
    assert stored.state is State.CLAIMED


def test_a_postponed_message_waits_with_its_problem(store: Store) -> None:
    reference = store.submit(way=Way.WHATSAPP)
    delivery = claim_one(store)
    assert store.outbox.retry_at(delivery, store.clock.now + timedelta(minutes=5), "451 busy")
    assert stands(store, reference) == [(DeliveryState.WAITING, 1, "451 busy")]
    store.clock.advance(minutes=4, seconds=59)
    assert store.outbox.claim() == []
    store.clock.advance(seconds=1)
    again = claim_one(store)
    assert (again.message_id, again.attempts) == (delivery.message_id, 1)


def test_what_is_given_up_stays_visible_and_is_in_the_trail(store: Store) -> None:
    reference = store.submit(way=Way.WHATSAPP)
    assert store.outbox.give_up(claim_one(store), "550 no such user")
    assert stands(store, reference) == [(DeliveryState.DEAD, 1, "550 no such user")]
    assert store.outbox.claim() == []
    with reading(store.engine) as connection:
        line = connection.execute(select(audit).order_by(audit.c.id.desc())).first()
    assert (line.action, line.detail) == ("delivery given up", "clinic_email")


def test_a_problem_is_kept_without_addresses_and_numbers_and_not_at_any_length(
    store: Store,
) -> None:
    reference = store.submit(way=Way.WHATSAPP)
    problem = "550 5.1.1 <ada@lovelace.org> or +90 532 123 45 67: unknown " + "x" * 500
    store.outbox.retry_at(claim_one(store), GIVEN_AT, problem)
    ((_, _, kept),) = stands(store, reference)
    assert kept is not None
    assert kept.startswith("550 5.1.1 … or …: unknown")
    assert len(kept) == 200


def test_messages_have_ids_of_their_own(store: Store) -> None:
    for number in range(20):
        store.submit(form=str(number))
    ids = [delivery.message_id for delivery in store.outbox.claim(limit=99)]
    assert len(set(ids)) == len(ids) == 40
    assert all(
        message_id.startswith("<") and message_id.endswith("@mesobot>") for message_id in ids
    )


def test_the_oldest_undelivered_message_is_waiting_or_dead(store: Store) -> None:
    assert store.outbox.oldest_undelivered() is None
    store.submit(form="1", way=Way.WHATSAPP)
    store.clock.advance(minutes=10)
    store.submit(form="2", way=Way.WHATSAPP)
    store.clock.advance(minutes=5)
    assert store.outbox.oldest_undelivered() == timedelta(minutes=15)
    store.outbox.give_up(claim_one(store), "550")
    assert store.outbox.oldest_undelivered() == timedelta(minutes=15)
    store.deliver_all()
    assert store.outbox.oldest_undelivered() == timedelta(minutes=15)


def test_messages_of_closed_and_erased_requests_raise_no_alarm(store: Store) -> None:
    closed, erased = store.submit(form="1"), store.submit(form="2")
    store.service.close(closed, "Deniz")
    store.privacy.erase(erased, "Deniz")
    assert store.outbox.oldest_undelivered() is None


def test_nothing_undelivered_after_everything_was_sent(store: Store) -> None:
    store.submit()
    store.deliver_all()
    assert store.outbox.oldest_undelivered() is None


def test_messages_are_counted_by_what_became_of_them(store: Store) -> None:
    assert set(store.outbox.counts().values()) == {0}
    for form in "1234":
        store.submit(form=form, way=Way.WHATSAPP)
    store.outbox.sent(claim_one(store))
    store.outbox.give_up(claim_one(store), "550")
    store.privacy.erase(claim_one(store).reference, "Deniz")
    assert store.outbox.counts() == {
        DeliveryState.WAITING: 1,
        DeliveryState.SENT: 1,
        DeliveryState.KEPT: 0,
        DeliveryState.DEAD: 1,
        DeliveryState.CANCELLED: 1,
    }


def test_a_message_kept_on_this_machine_notifies_nobody_and_can_be_sent_later(
    store: Store,
) -> None:
    reference = store.submit()
    while delivery := next(iter(store.outbox.claim(1, LEASE)), None):
        assert store.outbox.kept(delivery)
    request = store.service.find(reference)
    assert request is not None
    assert request.state is State.NEW
    assert {one.state for one in request.deliveries} == {DeliveryState.KEPT}
    assert store.outbox.oldest_undelivered() is None
    assert store.service.retry(reference) == len(request.deliveries)
    assert store.outbox.counts()[DeliveryState.KEPT] == 0


def test_a_message_that_cannot_be_decrypted_does_not_hold_up_the_others(engine: Engine) -> None:
    key = Fernet.generate_key().decode()
    locked = Store(engine, Sealer([key]))
    unreadable = locked.submit(form="1", way=Way.WHATSAPP)
    store = Store(engine)
    readable = store.submit(form="2", way=Way.WHATSAPP)
    assert [d.reference for d in store.outbox.claim(limit=1)] == [readable]
    locked.clock.advance(minutes=4)
    assert unreadable not in [d.reference for d in locked.outbox.claim(limit=9)]
    assert stands(locked, unreadable) == [
        (DeliveryState.WAITING, 1, "encrypted, but MESOBOT_ENCRYPTION_KEY is not set")
    ]
    locked.clock.advance(minutes=1)
    assert [d.reference for d in locked.outbox.claim()] == [unreadable]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=30)])
def test_a_clock_that_is_set_back_delays_nothing(store: Store, back: timedelta) -> None:
    store.submit(form="new", way=Way.WHATSAPP)
    store.submit(form="leased", way=Way.WHATSAPP)
    store.submit(form="postponed", way=Way.WHATSAPP)
    claimed = store.outbox.claim(limit=3)
    due = store.clock.now + timedelta(minutes=5)
    assert store.outbox.retry_at(claimed[2], due, "451")
    store.clock.advance(seconds=121)
    store.outbox.claim(limit=1)
    store.submit(form="newer", way=Way.WHATSAPP)
    store.clock.now -= back
    assert len(store.outbox.claim(limit=9)) == 4
    assert store.outbox.oldest_undelivered() == timedelta(0)


def arrival(store: Store, reference: str) -> tuple[DeliveryState, str | None, str | None]:
    (delivery,) = store.service.find(reference).deliveries
    return delivery.state, delivery.arrival, delivery.last_problem


def test_what_is_reported_later_is_seen_in_whatever_order_it_comes(store: Store) -> None:
    reference = store.submit(way=Way.WHATSAPP)
    delivery = claim_one(store)
    store.outbox.sent(delivery)
    for state in ("read", "sent", "delivered"):
        assert store.outbox.reported(delivery.message_id, state, None)
    assert arrival(store, reference) == (DeliveryState.SENT, "read", None)


@pytest.mark.parametrize("is_noted", [True, False], ids=["released", "relay killed"])
def test_what_the_platform_reports_as_accepted_is_not_sent_again(
    store: Store, is_noted: bool
) -> None:
    """The answer to the call got lost, or the relay was killed before it could note it."""
    reference = store.submit(way=Way.WHATSAPP)
    delivery = claim_one(store)
    if is_noted:
        assert store.outbox.retry_at(delivery, store.clock.now + timedelta(seconds=10), "lost")
    assert store.outbox.reported(delivery.message_id, "sent", None)
    assert store.outbox.reported(delivery.message_id, "delivered", None)
    assert arrival(store, reference) == (DeliveryState.SENT, "delivered", None)
    store.clock.advance(seconds=600)
    assert store.outbox.claim(limit=9) == []
    request = store.service.find(reference)
    assert request is not None
    assert request.state is State.NOTIFIED
    assert not store.outbox.retry_at(delivery, store.clock.now, "lost")


def test_a_report_that_is_quicker_than_the_relay_changes_nothing_for_it(store: Store) -> None:
    reference = store.submit(way=Way.WHATSAPP)
    delivery = claim_one(store)
    assert store.outbox.reported(delivery.message_id, "delivered", None)
    assert store.outbox.sent(delivery)
    assert arrival(store, reference) == (DeliveryState.SENT, "delivered", None)


def test_what_was_accepted_and_never_arrived_is_dead_until_it_is_retried(store: Store) -> None:
    reference = store.submit(way=Way.WHATSAPP)
    delivery = claim_one(store)
    store.outbox.sent(delivery)
    assert store.outbox.reported(delivery.message_id, "failed", "to +905321234567: 131026")
    assert arrival(store, reference) == (DeliveryState.DEAD, "failed", "to …: 131026")
    assert store.service.retry(reference) == 1
    assert arrival(store, reference)[:2] == (DeliveryState.WAITING, None)


def test_a_report_of_a_stranger_is_none_of_ours(store: Store) -> None:
    assert not store.outbox.reported("<x@mesobot>", "read", None)
