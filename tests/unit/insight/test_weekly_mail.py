"""The weekly mail: sent and noted, or tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from mesobot.consultation.delivery.problems import ConfigurationProblem, TemporaryProblem
from mesobot.consultation.retrying import Retrying
from mesobot.consultation.tables import digests
from mesobot.insight.weekly import Claim, WeeklyDigests
from mesobot.insight.weekly_mail import WeeklyMail, keep_sending
from mesobot.knowledge.zone import ISTANBUL
from tests.unit.consultation.requests import HandClock

Send = Callable[[EmailMessage], Awaitable[None]]


class Post:
    """Writes and takes mails; does first what is in ``troubles``."""

    def __init__(self) -> None:
        self.troubles: list[Exception] = []
        self.sent: list[str] = []

    async def write(self, claim: Claim) -> EmailMessage:
        message = EmailMessage()
        message["Message-ID"] = claim.message_id
        return message

    async def send(self, message: EmailMessage) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append(message["Message-ID"])


@pytest.fixture
def clock() -> HandClock:
    clock = HandClock()
    clock.now = datetime(2026, 11, 23, 6, 0, tzinfo=timezone.utc)
    return clock


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def mail(engine: Engine, clock: HandClock, post: Post) -> WeeklyMail:
    weeks = WeeklyDigests(engine, ISTANBUL, clock)
    return WeeklyMail(weeks, post.write, post.send, clock, random=lambda: 1.0)


def test_it_goes_out_once(mail: WeeklyMail, post: Post) -> None:
    assert [asyncio.run(mail.step()) for _ in range(3)] == [True, False, False]
    assert len(post.sent) == 1


def test_a_failure_is_tried_again_later_with_the_same_id(
    mail: WeeklyMail, post: Post, clock: HandClock, engine: Engine
) -> None:
    post.troubles = [TemporaryProblem("451 at RCPT"), RuntimeError("secret")]
    for _ in range(2):
        assert not asyncio.run(mail.step())
        assert not asyncio.run(mail.step()), "not at once"
        clock.now += Retrying().longest
    assert asyncio.run(mail.step())
    with engine.connect() as connection:
        row = connection.execute(select(digests)).one()
    assert (row.attempts, post.sent) == (3, [row.message_id])


def test_wrong_settings_wait_for_somebody_to_correct_them(
    mail: WeeklyMail, post: Post, clock: HandClock
) -> None:
    post.troubles = [ConfigurationProblem("no STARTTLS")]
    asyncio.run(mail.step())
    clock.now += Retrying().misconfigured - timedelta(seconds=1)
    assert not asyncio.run(mail.step())
    clock.advance(seconds=1)
    assert asyncio.run(mail.step())


def test_the_log_does_not_quote_what_went_wrong(
    mail: WeeklyMail, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    post.troubles = [RuntimeError("secret")]
    asyncio.run(mail.step())
    printed = capsys.readouterr().out
    assert "unexpected RuntimeError" in printed
    assert "secret" not in printed


def test_it_goes_on_until_stopped_whatever_happens(
    clock: HandClock, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        looks = 0

        def claim(self) -> None:
            self.looks += 1
            raise OSError("away")

    async def run() -> int:
        weeks, stopping = Broken(), asyncio.Event()
        mail = WeeklyMail(weeks, None, None, clock)  # type: ignore[arg-type]
        task = asyncio.create_task(keep_sending(mail, stopping, every=0.01))
        while weeks.looks < 3:
            await asyncio.sleep(0.01)
        stopping.set()
        await asyncio.wait_for(task, 5)
        return weeks.looks

    assert asyncio.run(run()) >= 3
    assert "not looked after" in capsys.readouterr().out
