"""A Graph API that throttles, fails, refuses and hangs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mesobot.consultation.outbox import DeliveryState
from tests.faults.mail_peers import SmtpServer, smtp_settings
from tests.faults.relay_peers import (
    CLINIC_EMAIL,
    CLINIC_WHATSAPP,
    EMAIL,
    NAME,
    Relays,
    Store,
    relays,
)
from tests.faults.waiting import wait_until
from tests.graph.peer import GraphPeer, graph_peer

STAFF = {
    "MESOBOT_STAFF_WHATSAPP": "+905321234567",
    "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
}


@dataclass
class Desk:
    """A clinic that is told by WhatsApp and by e-mail."""

    graph: GraphPeer
    mail: SmtpServer
    store: Store
    relays: Relays


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    store = Store(database_url)
    with graph_peer(tmp_path / "graph", "--anybody") as graph, SmtpServer() as mail:
        settings = {**smtp_settings(mail.port), **graph.environment(), **STAFF}
        with relays(tmp_path, store.url, settings) as these:
            yield Desk(graph, mail, store, these)
            for relay in these.started:
                printed = relay.printed()
                assert not any(word in printed for word in (NAME, EMAIL, "t0ken", "Traceback"))


def test_staff_are_told_the_reference_and_the_way(desk: Desk) -> None:
    reference = desk.store.submit(CLINIC_WHATSAPP)
    desk.relays.start()
    desk.store.wait_until_sent(reference, 30)
    (sent,) = desk.graph.accepted()
    assert reference in json.dumps(sent["body"])
    assert NAME not in json.dumps(sent["body"], ensure_ascii=False)


def test_a_pause_that_the_api_asks_for_is_kept_and_a_failure_is_retried(desk: Desk) -> None:
    desk.graph.throw(code=130429, retry_after=2)
    desk.graph.throw("500")
    desk.graph.throw(code=131016)
    reference = desk.store.submit(CLINIC_WHATSAPP)
    desk.relays.start()
    desk.store.wait_until_sent(reference, 30)
    at = [call["at"] for call in desk.graph.calls()]
    assert len(at) == 4
    assert at[1] - at[0] >= 1.95
    assert at[3] - at[1] < 1.95
    assert not desk.mail.accepted, "a passing problem needs no other channel"


def test_a_refused_token_raises_one_alarm_without_a_hot_loop_and_the_clinic_gets_mail(
    desk: Desk,
) -> None:
    desk.graph.throw(code=190, times=100, details=f"no, {NAME}")
    references = [desk.store.submit(CLINIC_WHATSAPP) for _ in range(10)]
    relay = desk.relays.start(parallel=1)
    for reference in references:
        wait_until(lambda one=reference: desk.store.states(one).get(CLINIC_EMAIL), 30)
        wait_until(lambda one=reference: desk.store.states(one)[CLINIC_EMAIL] is DeliveryState.SENT)
        assert desk.store.states(reference)[CLINIC_WHATSAPP] is DeliveryState.WAITING
        assert desk.store.problem(reference) == "401, error 190"
    time.sleep(1)
    assert len(desk.graph.calls()) == 1
    assert relay.printed().count("settings must be corrected") == 1
    assert len(desk.mail.accepted) == len(set(desk.mail.accepted)) == 10


def test_what_will_never_be_accepted_is_a_dead_letter_and_the_clinic_gets_mail(desk: Desk) -> None:
    codes = [131026, 131047, 131051]  # not reachable, outside the 24 hours, wrong kind
    for code in codes:
        desk.graph.throw(code=code, details=f"no, {NAME}")
    references = [desk.store.submit(CLINIC_WHATSAPP) for _ in codes]
    desk.relays.start(parallel=1)
    both = {CLINIC_WHATSAPP: DeliveryState.DEAD, CLINIC_EMAIL: DeliveryState.SENT}
    for reference, code in zip(references, codes, strict=True):
        wait_until(lambda one=reference: desk.store.states(one) == both, 30)
        assert desk.store.problem(reference) == f"400, error {code}"
    assert len(desk.graph.calls()) == len(codes)


def test_a_call_that_hangs_for_a_minute_does_not_hold_up_mail(desk: Desk) -> None:
    desk.graph.throw("hang", times=3)
    hanging = [desk.store.submit(CLINIC_WHATSAPP) for _ in range(3)]
    desk.relays.start(timeout=2.0)
    wait_until(lambda: len(desk.graph.calls()) == 3, 30)
    for _ in range(10):
        desk.store.wait_until_sent(desk.store.submit(CLINIC_EMAIL), 2)
    assert {desk.store.state(one) for one in hanging} == {DeliveryState.WAITING}
    for reference in hanging:
        desk.store.wait_until_sent(reference)
