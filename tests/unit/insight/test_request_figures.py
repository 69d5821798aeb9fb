"""Requests in figures, on both databases."""

from __future__ import annotations

from datetime import timedelta

from mesobot.consultation.outbox import DeliveryState
from mesobot.consultation.request import State
from mesobot.insight.requests import Wait, read_requests
from tests.unit.consultation.requests import GIVEN_AT, Store

DAY = timedelta(days=1)


def test_how_far_requests_are_and_how_long_patients_waited(store: Store) -> None:
    references = [store.submit(conversation=f"web-{number}") for number in range(6)]
    store.deliver_all()
    store.clock.advance(minutes=40)
    store.service.contacted(references[0], "Umut")
    store.clock.advance(hours=2)
    store.service.claim(references[1], "Umut")
    store.service.close(references[2], "Umut")  # answered, and nobody had said so before
    store.clock.advance(days=2)
    store.service.contacted(references[3], "Umut")
    store.service.close(references[0], "Umut")
    store.privacy.erase(references[4], "Umut")
    found = read_requests(store.engine, GIVEN_AT, GIVEN_AT + DAY, store.clock())
    assert found.total == 6
    assert {state: count for state, count in found.states.items() if count} == {
        State.NOTIFIED: 1,
        State.CLAIMED: 1,
        State.CONTACTED: 1,
        State.CLOSED: 2,
        State.ERASED: 1,
    }
    assert {wait: count for wait, count in found.waits.items() if count} == {
        Wait.HOUR: 1,
        Wait.FOUR_HOURS: 1,
        Wait.LATER: 1,
        Wait.STILL: 2,
    }
    assert found.median_wait == timedelta(hours=2, minutes=40)
    assert found.longest_open == timedelta(days=2, hours=2, minutes=40)
    assert found.undelivered == 0


def test_only_requests_of_the_period_count(store: Store) -> None:
    store.submit()
    store.clock.advance(days=1)
    store.submit(conversation="web-2")
    found = read_requests(store.engine, GIVEN_AT, GIVEN_AT + DAY, store.clock())
    assert (found.total, found.median_wait, found.longest_open) == (1, None, DAY)


def test_what_the_clinic_has_not_been_told_is_counted_once(store: Store) -> None:
    store.submit()  # two messages
    (delivery, *_) = store.outbox.claim(limit=1)
    store.outbox.give_up(delivery, "550 at RCPT")
    found = read_requests(store.engine, GIVEN_AT, GIVEN_AT + DAY, store.clock())
    assert (found.undelivered, store.outbox.counts()[DeliveryState.DEAD]) == (1, 1)
