"""The relay's decisions, with an outbox in memory; databases and servers are in tests/faults."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from mesobot.consultation.delivery.problems import (
    ConfigurationProblem,
    PermanentProblem,
    TemporaryProblem,
)
from mesobot.consultation.outbox import Delivery, DeliveryKind, DeliveryState
from mesobot.consultation.relay import Pace, Relay
from mesobot.consultation.relay_watch import Watch, read_status
from mesobot.consultation.transactions import DatabaseUnavailableError
from tests.unit.consultation.deliveries import TestClock, delivery

pytestmark = pytest.mark.asyncio

EMAIL, WHATSAPP = DeliveryKind.CLINIC_EMAIL, DeliveryKind.CLINIC_WHATSAPP


@dataclass
class Row:
    delivery: Delivery
    due: datetime
    state: DeliveryState = DeliveryState.WAITING
    problems: list[str] = field(default_factory=list)
    leased: bool = False


class MemoryOutbox:
    """An outbox with one claimant; its database can be switched off."""

    def __init__(self, clock: TestClock, *deliveries: Delivery) -> None:
        self.clock = clock
        self.rows = {
            number: Row(replace(one, id=number), clock()) for number, one in enumerate(deliveries)
        }
        self.available = True
        self.calls = 0

    def claim(self, limit: int, lease: timedelta) -> list[Delivery]:
        self._use()
        due = [
            row
            for row in self.rows.values()
            if row.state is DeliveryState.WAITING and not row.leased and row.due <= self.clock()
        ]
        for row in due[:limit]:
            row.leased = True
        return [row.delivery for row in due[:limit]]

    def sent(self, one: Delivery) -> bool:
        return self._settle(one, state=DeliveryState.SENT)

    def retry_at(self, one: Delivery, due: datetime, problem: str) -> bool:
        return self._settle(one, problem, due=due)

    def give_up(self, one: Delivery, problem: str) -> bool:
        return self._settle(one, problem, state=DeliveryState.DEAD)

    def oldest_undelivered(self) -> timedelta | None:
        self._use()
        ages = [
            self.clock() - row.delivery.created_at
            for row in self.rows.values()
            if row.state is not DeliveryState.SENT
        ]
        return max(ages, default=None)

    def counts(self) -> dict[DeliveryState, int]:
        self._use()
        states = [row.state for row in self.rows.values()]
        return {state: states.count(state) for state in DeliveryState}

    def _settle(self, one: Delivery, problem: str | None = None, **changes: Any) -> bool:
        self._use()
        row = self.rows[one.id]
        row.leased = False
        row.delivery = replace(row.delivery, attempts=row.delivery.attempts + 1)
        row.problems += [problem] if problem else []
        for name, value in changes.items():
            setattr(row, name, value)
        return True

    def _use(self) -> None:
        self.calls += 1
        if not self.available:
            raise DatabaseUnavailableError("locked")


class Scripted:
    """A sender that does what the script says, then accepts everything."""

    def __init__(self, *script: Exception) -> None:
        self.script = list(script)
        self.attempts = 0

    async def deliver(self, one: Delivery) -> None:
        self.attempts += 1
        if self.script:
            raise self.script.pop(0)


class Bench:
    """A relay with everything around it."""

    def __init__(
        self,
        tmp_path: Path,
        senders: dict[DeliveryKind, Any],
        *deliveries: Delivery,
        **options: Any,
    ) -> None:
        self.clock = TestClock()
        self.outbox = MemoryOutbox(self.clock, *deliveries)
        self.status_file = tmp_path / "relay.json"
        self.slept: list[float] = []
        self.fell_back: list[DeliveryKind] = []
        self.on_sleep: Callable[[], None] = lambda: None
        self.relay = Relay(
            self.outbox,  # type: ignore[arg-type]
            senders,
            Watch(self.status_file, self.clock),
            self.clock,
            fall_back=lambda one: self.fell_back.append(one.kind),
            sleep=self._sleep,
            random=lambda: 1.0,
            **options,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds=seconds)
        self.on_sleep()
        await asyncio.sleep(0)

    async def pass_by(self, **duration: float) -> None:
        """Let time pass, then deliver what is due."""
        self.clock.advance(**duration)
        while await self.relay.step():
            await self.relay.finish()

    @property
    def row(self) -> Row:
        return self.outbox.rows[0]

    def wait(self) -> timedelta:
        return self.row.due - self.clock()


async def test_what_is_due_is_sent_and_marked(tmp_path: Path) -> None:
    sender = Scripted()
    bench = Bench(tmp_path, {EMAIL: sender}, delivery(), delivery())
    await bench.pass_by()
    assert [row.state for row in bench.outbox.rows.values()] == [DeliveryState.SENT] * 2
    await bench.pass_by(hours=1)
    assert sender.attempts == 2


async def test_a_passing_problem_is_retried_later_and_later(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {EMAIL: Scripted(*[TemporaryProblem("451 at RCPT")] * 3)}, delivery())
    waits = []
    for _ in range(3):
        await bench.pass_by(seconds=waits[-1] if waits else 0)
        waits.append(bench.wait().total_seconds())
    assert waits == [30, 60, 120]
    assert bench.row.problems == ["451 at RCPT"] * 3
    await bench.pass_by(seconds=120)
    assert bench.row.state is DeliveryState.SENT


async def test_a_pause_asked_for_is_kept(tmp_path: Path) -> None:
    problem = TemporaryProblem("429", timedelta(minutes=10))
    bench = Bench(tmp_path, {EMAIL: Scripted(problem)}, delivery())
    await bench.pass_by()
    assert timedelta(minutes=10) <= bench.wait() <= timedelta(minutes=11)


async def test_a_lasting_problem_is_a_dead_letter_and_the_clinic_is_told_otherwise(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, {EMAIL: Scripted(PermanentProblem("550 at RCPT"))}, delivery())
    await bench.pass_by()
    assert (bench.row.state, bench.row.problems) == (DeliveryState.DEAD, ["550 at RCPT"])
    assert bench.fell_back == [EMAIL]


async def test_wrong_settings_raise_one_alarm_and_cost_one_attempt_in_a_quarter_of_an_hour(
    tmp_path: Path,
) -> None:
    sender = Scripted(*[ConfigurationProblem("535 at login")] * 100)
    many = [delivery() for _ in range(20)]
    bench = Bench(tmp_path, {EMAIL: sender}, *many, pace=Pace(parallel=1))
    with capture_logs() as logs:
        await bench.pass_by()
        await bench.pass_by(minutes=14)
    assert sender.attempts == 1
    alarms = [entry for entry in logs if entry["event"] == "settings must be corrected"]
    assert len(alarms) == 1
    assert alarms[0]["problem"] == "535 at login"
    assert {row.state for row in bench.outbox.rows.values()} == {DeliveryState.WAITING}
    assert bench.fell_back == [EMAIL] * 20
    sender.script.clear()
    await bench.pass_by(minutes=2)
    assert {row.state for row in bench.outbox.rows.values()} == {DeliveryState.SENT}


async def test_wrong_settings_never_make_a_dead_letter(tmp_path: Path) -> None:
    problem = ConfigurationProblem("535 at login")
    bench = Bench(tmp_path, {EMAIL: Scripted(*[problem] * 1000)}, delivery(attempts=500))
    await bench.pass_by(days=10)
    assert bench.row.state is DeliveryState.WAITING


async def test_wrong_settings_of_one_kind_do_not_hold_up_another(tmp_path: Path) -> None:
    senders = {EMAIL: Scripted(ConfigurationProblem("no STARTTLS")), WHATSAPP: Scripted()}
    bench = Bench(tmp_path, senders, delivery(), delivery(WHATSAPP), delivery(WHATSAPP))
    await bench.pass_by()
    states = [row.state for row in bench.outbox.rows.values()]
    assert states == [DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.SENT]


async def test_a_kind_that_is_not_configured_waits(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {}, delivery(WHATSAPP))
    await bench.pass_by()
    assert (bench.row.state, bench.row.problems) == (DeliveryState.WAITING, ["not configured"])


async def test_given_up_after_three_days_of_trying(tmp_path: Path) -> None:
    bench = Bench(
        tmp_path, {EMAIL: Scripted(*[TemporaryProblem("no connection")] * 1000)}, delivery()
    )
    hours = 0
    while bench.row.state is DeliveryState.WAITING:
        await bench.pass_by(hours=1)
        hours += 1
    assert 72 <= hours <= 84
    assert bench.row.state is DeliveryState.DEAD
    assert len(bench.row.problems) >= 72


async def test_the_clinic_is_told_otherwise_when_fifteen_minutes_have_passed(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, {EMAIL: Scripted(*[TemporaryProblem("no connection")] * 9)}, delivery())
    await bench.pass_by(minutes=14)
    assert bench.fell_back == []
    await bench.pass_by(minutes=1)
    assert bench.fell_back == [EMAIL]


async def test_a_delivery_that_hangs_is_cut_off_and_does_not_stop_others(tmp_path: Path) -> None:
    class Hangs:
        async def deliver(self, one: Delivery) -> None:
            await asyncio.sleep(60)

    bench = Bench(
        tmp_path,
        {WHATSAPP: Hangs(), EMAIL: Scripted()},
        delivery(WHATSAPP),
        *[delivery() for _ in range(8)],
        pace=Pace(parallel=2, timeout=0.2),
    )
    with capture_logs() as logs:
        await bench.pass_by()
    assert bench.row.problems == ["no answer in time"]
    done = [entry["kind"] for entry in logs if entry["event"] == "delivery"]
    assert set(done[:1]) == {"clinic_email"}
    assert done.count("clinic_email") == 8


async def test_a_mistake_of_ours_in_one_message_stops_no_other(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {EMAIL: Scripted(KeyError("Ayşe"))}, delivery(), delivery())
    with capture_logs() as logs:
        await bench.pass_by()
    assert bench.row.problems == ["unexpected KeyError"]
    assert bench.outbox.rows[1].state is DeliveryState.SENT
    assert "Ayşe" not in str(logs)


async def test_an_unavailable_database_is_logged_once_and_tried_more_and_more_slowly(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, {EMAIL: Scripted()}, delivery())
    bench.outbox.available = False

    def come_back() -> None:
        if len(bench.slept) == 9:
            bench.outbox.available = True
        if bench.row.state is DeliveryState.SENT:
            bench.relay.stop()

    bench.on_sleep = come_back
    with capture_logs() as logs:
        await asyncio.wait_for(bench.relay.run(), 10)
    assert bench.slept[:9] == [2, 4, 8, 16, 30, 30, 30, 30, 30]
    assert bench.row.state is DeliveryState.SENT
    events = [entry["event"] for entry in logs]
    assert events.count("outbox unavailable, trying on") == 1
    assert events.count("outbox available again") == 1


async def test_a_message_that_went_out_is_marked_as_soon_as_the_database_is_back(
    tmp_path: Path,
) -> None:
    class GoesDown(Scripted):
        async def deliver(self, one: Delivery) -> None:
            await super().deliver(one)
            bench.outbox.available = False

    sender = GoesDown()
    bench = Bench(tmp_path, {EMAIL: sender}, delivery())
    bench.on_sleep = lambda: setattr(bench.outbox, "available", len(bench.slept) >= 3)
    await bench.pass_by()
    assert bench.slept == [0.5, 1.0, 2.0]
    assert (bench.row.state, sender.attempts) == (DeliveryState.SENT, 1)


async def test_stopping_finishes_what_is_under_way(tmp_path: Path) -> None:
    class Slow(Scripted):
        async def deliver(self, one: Delivery) -> None:
            bench.relay.stop()
            await asyncio.sleep(0.1)

    bench = Bench(tmp_path, {EMAIL: Slow()}, delivery(), delivery(), pace=Pace(parallel=1))
    await asyncio.wait_for(bench.relay.run(), 10)
    states = [row.state for row in bench.outbox.rows.values()]
    assert states == [DeliveryState.SENT, DeliveryState.WAITING]


async def test_an_idle_relay_stops_at_once(tmp_path: Path) -> None:
    clock = TestClock()
    outbox = MemoryOutbox(clock)
    watch = Watch(tmp_path / "relay.json", clock)
    pace = Pace(idle=60)
    relay = Relay(outbox, {}, watch, clock, fall_back=lambda _: None, pace=pace)  # type: ignore[arg-type]
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0.2)
    relay.stop()
    await asyncio.wait_for(running, 2)


async def test_the_status_file_follows(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {EMAIL: Scripted(PermanentProblem("550 at RCPT"))}, delivery())
    await bench.pass_by()
    await bench.pass_by(minutes=20)
    status = read_status(bench.status_file)
    assert status is not None
    assert (status.waiting, status.dead, status.oldest_seconds) == (0, 1, 1200)
    assert status.last_problem == "clinic_email: 550 at RCPT"


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_clock_that_jumps_does_not_keep_a_kind_paused(
    tmp_path: Path, jump: timedelta
) -> None:
    sender = Scripted(ConfigurationProblem("no STARTTLS"))
    bench = Bench(tmp_path, {EMAIL: sender}, delivery())
    await bench.pass_by()
    bench.row.due += jump
    bench.clock.now += jump
    await bench.pass_by(minutes=16)
    assert bench.row.state is DeliveryState.SENT
