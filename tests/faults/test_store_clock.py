"""F15: the clock jumps."""

from datetime import timedelta

import pytest

from mesobot.consultation.request import DeliveryState
from tests.unit.consultation.requests import Store


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)], ids=["on", "back"])
def test_a_clock_that_jumps_doubles_and_delays_nothing(store: Store, jump: timedelta) -> None:
    first = store.submit(form="1")
    held = store.outbox.claim()
    store.clock.now += jump
    assert store.submit(form="1") == first
    second = store.submit(form="2")
    assert len(store.service.list()) == 2
    ages = [store.outbox.oldest_undelivered()]
    sent = store.deliver_all()
    assert len(sent) == len(set(sent)) == 4
    assert not store.outbox.sent(held[0])  # its lease was over by this clock: sent again instead
    store.clock.now -= jump
    ages.append(store.outbox.oldest_undelivered())
    assert store.outbox.claim(limit=9) == []
    assert store.outbox.counts()[DeliveryState.SENT] == 4
    assert ages[0] is not None
    assert timedelta(0) <= ages[0] <= timedelta(hours=1)
    assert ages[1] is None
    assert {request.reference for request in store.service.list()} == {first, second}


def test_retention_does_not_take_what_a_wrong_clock_closed_in_the_future(store: Store) -> None:
    store.clock.advance(days=400)
    reference = store.submit()
    store.service.close(reference, "Deniz")
    store.clock.advance(days=-400)
    assert store.privacy.purge(timedelta(days=30)) == 0
    assert store.service.find(reference)
