"""Long outages and clocks that jump: a real database and a real server, time by hand."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mesobot.consultation.delivery.messages import clinic_message
from mesobot.consultation.delivery.smtp import SmtpSender
from mesobot.consultation.mail_settings import read_mail_settings
from mesobot.consultation.outbox import DeliveryKind, DeliveryState
from mesobot.consultation.relay import Relay
from mesobot.consultation.relay_watch import Watch, read_status
from mesobot.running import free_port
from tests.faults.mail_peers import SmtpServer, smtp_settings
from tests.faults.relay_peers import Store
from tests.unit.consultation.deliveries import HEAD, TestClock

TICK = 15  # seconds
REQUESTS = 25
OUTAGE = timedelta(minutes=30)


class Bench:
    """A relay in this process."""

    def __init__(self, tmp_path: Path, url: str, port: int) -> None:
        self.clock = TestClock()
        self.store = Store(url, self.clock)
        self.status_file = tmp_path / "relay.json"
        settings = read_mail_settings(smtp_settings(port))
        sender = SmtpSender(settings, lambda one: clinic_message(one, HEAD, self.clock()))
        self.relay = Relay(
            self.store.outbox,
            {DeliveryKind.CLINIC_EMAIL: sender},
            Watch(self.status_file, self.clock),
            self.clock,
            fall_back=lambda _: None,
        )

    def waiting(self) -> int:
        return self.store.outbox.counts()[DeliveryState.WAITING]

    async def deliver(self) -> None:
        while await self.relay.step():
            await self.relay.finish()

    def tick(self) -> None:
        self.clock.advance(seconds=TICK)
        asyncio.run(self.deliver())


def test_after_half_an_hour_without_mail_server_the_backlog_drains_to_zero(
    tmp_path: Path, database_url: str
) -> None:
    port = free_port()
    bench = Bench(tmp_path, database_url, port)
    start = bench.clock()
    with capture_logs() as logs:
        while bench.clock() - start < OUTAGE:
            if bench.store.number < REQUESTS:
                bench.store.submit()
            before = len(logs)
            bench.tick()
            for entry in logs[before:]:
                entry["at"] = (bench.clock() - start) / timedelta(minutes=1)
    alarms = [entry for entry in logs if entry["event"].startswith("requests undelivered")]
    assert [round(entry["at"]) for entry in alarms] == [15, 30]
    assert [entry["oldest_minutes"] for entry in alarms] == [15, 30]
    assert alarms[0]["waiting"] == REQUESTS
    assert alarms[0]["last_problem"] == "clinic_email: no connection"
    assert bench.waiting() == REQUESTS
    with SmtpServer(port) as server:
        while bench.waiting():
            assert bench.clock() - start < OUTAGE + timedelta(minutes=61)
            bench.tick()
    assert len(server.accepted) == REQUESTS
    assert set(Counter(server.accepted).values()) == {1}
    bench.tick()
    status = read_status(bench.status_file)
    assert status is not None
    assert (status.waiting, status.dead, status.oldest_seconds) == (0, 0, None)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_between_claim_and_mark_doubles_nothing(
    tmp_path: Path, database_url: str, hours: int
) -> None:
    with SmtpServer() as server:
        bench = Bench(tmp_path, database_url, server.port)
        references = [bench.store.submit() for _ in range(5)]
        server.before_250 = lambda: bench.clock.advance(hours=hours)
        ages = []
        for _ in range(20):
            bench.tick()
            ages.append(bench.store.outbox.oldest_undelivered())
        server.before_250 = lambda: None
    assert all(bench.store.is_sent(reference) for reference in references)
    assert sorted(Counter(server.accepted).values()) == [1] * 5
    assert all(age is None or age.total_seconds() >= 0 for age in ages)
    assert len(bench.store.service.list()) == 5


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_while_mails_wait_makes_no_negative_age_and_loses_none(
    tmp_path: Path, database_url: str, hours: int
) -> None:
    port = free_port()
    bench = Bench(tmp_path, database_url, port)
    references = [bench.store.submit() for _ in range(3)]
    bench.tick()
    bench.clock.advance(hours=hours)
    bench.tick()
    status = read_status(bench.status_file)
    assert status is not None
    assert status.oldest_seconds is not None
    assert status.oldest_seconds >= 0
    with SmtpServer(port) as server:
        for _ in range(20):
            bench.tick()
    assert all(bench.store.is_sent(reference) for reference in references)
    assert set(Counter(server.accepted).values()) == {1}
