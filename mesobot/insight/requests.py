"""Consultation requests of a period in figures: how many, how far, how soon somebody answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from mesobot.consultation.request import DeliveryState, State
from mesobot.consultation.tables import audit, outbox, requests
from mesobot.consultation.transactions import reading

_CONTACTED = (State.CONTACTED.value, State.CLOSED.value)
"""What staff say when the patient has been answered (actions of the audit trail)."""
_OPEN = (State.NEW, State.NOTIFIED, State.CLAIMED)


class Wait(str, Enum):
    """How long a patient waited for an answer."""

    HOUR = "within an hour"
    FOUR_HOURS = "within four hours"
    DAY = "within a day"
    LATER = "later"
    STILL = "not yet"


_LIMITS = (
    (Wait.HOUR, timedelta(hours=1)),
    (Wait.FOUR_HOURS, timedelta(hours=4)),
    (Wait.DAY, timedelta(days=1)),
)


@dataclass(frozen=True)
class RequestFigures:
    """Requests that came in during a period, as they stand now.

    Attributes:
        states: how many are in each state.
        waits: how long patients waited; requests erased before an answer are left out.
        median_wait: of those that were answered, None if none was.
        longest_open: age of the oldest one that nobody has answered, None if there is none.
        undelivered: requests of which the clinic has not been told.
    """

    states: Mapping[State, int]
    waits: Mapping[Wait, int]
    median_wait: timedelta | None
    longest_open: timedelta | None
    undelivered: int

    @property
    def total(self) -> int:
        """How many came in."""
        return sum(self.states.values())

    @property
    def waits_still(self) -> int:
        """How many nobody has answered yet."""
        return self.waits[Wait.STILL]


def read_requests(
    engine: Engine, since: datetime, until: datetime, now: datetime
) -> RequestFigures:
    """The requests that came in between two moments.

    Raises:
        DatabaseUnavailableError: if the database fails.
    """
    answered = (
        select(audit.c.request_id, func.min(audit.c.at).label("at"))
        .where(audit.c.action.in_(_CONTACTED))
        .group_by(audit.c.request_id)
        .subquery()
    )
    query = (
        select(requests.c.state, requests.c.created_at, answered.c.at)
        .outerjoin(answered, answered.c.request_id == requests.c.id)
        .where(requests.c.created_at >= since, requests.c.created_at < until)
    )
    waiting = (
        select(func.count(requests.c.id.distinct()))
        .join(outbox, outbox.c.request_id == requests.c.id)
        .where(
            requests.c.created_at >= since,
            requests.c.created_at < until,
            requests.c.state == State.NEW,
            outbox.c.state.in_([DeliveryState.WAITING, DeliveryState.DEAD]),
        )
    )
    with reading(engine) as connection:
        rows = [(row.state, row.created_at, row.at) for row in connection.execute(query)]
        undelivered = int(connection.execute(waiting).scalar_one())
    return _figures(rows, undelivered, now)


def _figures(
    rows: Sequence[tuple[State, datetime, datetime | None]], undelivered: int, now: datetime
) -> RequestFigures:
    states = Counter(state for state, _, _ in rows)
    waited = [max(at - made, timedelta(0)) for _, made, at in rows if at is not None]
    still = [now - made for state, made, at in rows if at is None and state in _OPEN]
    waits = Counter(_wait(time) for time in waited)
    waits[Wait.STILL] = len(still)
    return RequestFigures(
        states={state: states[state] for state in State},
        waits={wait: waits[wait] for wait in Wait},
        median_wait=timedelta(seconds=median(w.total_seconds() for w in waited))
        if waited
        else None,
        longest_open=max(still, default=None),
        undelivered=undelivered,
    )


def _wait(time: timedelta) -> Wait:
    return next((wait for wait, limit in _LIMITS if time <= limit), Wait.LATER)
