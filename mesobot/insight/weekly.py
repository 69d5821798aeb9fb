"""Which weekly digest is due, and whose turn it is to send it: once, whoever asks how often.

As with the outbox, sending and noting cannot be one step. A relay *claims* a week; its claim ends
with a lease, so that another one takes over what a crashed relay held. The mail may then go out
twice, but always with the same Message-ID.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from mesobot.consultation.clock import Clock
from mesobot.consultation.tables import digests
from mesobot.consultation.transactions import writing
from mesobot.insight.period import Period, last_week, week_of

LEASE = timedelta(minutes=15)
"""How long a claim holds: far longer than computing and sending take."""
SEND_AT = time(7)
"""On Mondays from then on, in the clinic's time."""


@dataclass(frozen=True)
class Claim:
    """The right to send one week's digest now.

    Attributes:
        week: name of the week.
        message_id: made once for this week and the same in each attempt.
        attempts: how many were begun before this one.
    """

    period: Period
    week: str
    message_id: str
    attempts: int
    lease: str


class WeeklyDigests:
    """The weeks whose digests were sent, or are being sent.

    Every method raises DatabaseUnavailableError when the database fails.

    Args:
        engine: the database of the requests.
        zone: of the clinic.
        clock: gives the present moment.
    """

    def __init__(self, engine: Engine, zone: ZoneInfo, clock: Clock) -> None:
        self._engine = engine
        self._zone = zone
        self._clock = clock

    def claim(self) -> Claim | None:
        """The latest week that is over, unless it was sent or somebody is at it.

        What was missed longer ago is left out: nobody wants four mails on one Monday.
        """
        now = self._clock()
        period = due_week(now, self._zone)
        week, lease = period.name, uuid.uuid4().hex
        self._begin(week, now)
        free = or_(digests.c.lease_until.is_(None), digests.c.lease_until <= now)
        due = or_(digests.c.due_at.is_(None), digests.c.due_at <= now)
        mine = and_(digests.c.week == week, digests.c.sent_at.is_(None), free, due)
        values = {
            "lease": lease,
            "lease_until": now + LEASE,
            "attempts": digests.c.attempts + 1,
        }
        with writing(self._engine) as connection:
            if connection.execute(update(digests).where(mine).values(values)).rowcount != 1:
                return None
            row = connection.execute(select(digests).where(digests.c.week == week)).one()
        return Claim(period, week, row.message_id, row.attempts - 1, lease)

    def sent(self, claim: Claim) -> bool:
        """Note that it went out; False if the claim was lost meanwhile."""
        return self._settle(claim, sent_at=self._clock())

    def retry_at(self, claim: Claim, due: datetime) -> bool:
        """Let it wait until then; False if the claim was lost meanwhile."""
        return self._settle(claim, due_at=due)

    def _begin(self, week: str, now: datetime) -> None:
        """See to it that there is a row for the week."""
        values = {
            "week": week,
            "message_id": f"<digest-{uuid.uuid4().hex}@mesobot>",
            "created_at": now,
            "attempts": 0,
        }
        known = select(digests.c.week).where(digests.c.week == week)
        try:
            with writing(self._engine) as connection:
                if connection.execute(known).first() is None:
                    connection.execute(insert(digests).values(values))
        except IntegrityError:
            pass  # another relay was quicker

    def _settle(self, claim: Claim, **values: datetime) -> bool:
        mine = and_(digests.c.week == claim.week, digests.c.lease == claim.lease)
        free = {"lease": None, "lease_until": None}
        with writing(self._engine) as connection:
            done = connection.execute(update(digests).where(mine).values({**values, **free}))
        return bool(done.rowcount == 1)


def due_week(now: datetime, zone: ZoneInfo) -> Period:
    """The week whose digest is to be sent at that moment, if it was not yet."""
    local = now.astimezone(zone)
    latest = last_week(now, zone)
    monday = week_of(local.date(), zone)
    is_early = local.date() == monday.first and local.time() < SEND_AT
    return latest.before if is_early else latest
