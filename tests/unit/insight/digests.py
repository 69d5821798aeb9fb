"""A digest with something of everything in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from mesobot.consultation.request import State
from mesobot.insight.chats import chat_figures
from mesobot.insight.digest import Digest
from mesobot.insight.missed import MissedGroup, MissedQuestions, Wording
from mesobot.insight.outcome import Outcome
from mesobot.insight.period import read_week
from mesobot.insight.requests import RequestFigures, Wait
from mesobot.insight.turns import Turn
from mesobot.knowledge.zone import ISTANBUL
from tests.unit.insight.said import turn

WEEK = read_week("2026-W47", ISTANBUL)
MADE_AT = datetime(2026, 11, 23, 6, 0, tzinfo=timezone.utc)
HOSTILE = "<script>alert(1)</script> & “pain”"


def turns() -> list[Turn]:
    """Thirty questions, twenty of them answered."""
    answered = [
        turn(f"a{n}", at=WEEK.since, later=timedelta(hours=7 * n), topics=("pain",))
        for n in range(20)
    ]
    lost = [
        turn(f"b{n}", Outcome.NOT_UNDERSTOOD, at=WEEK.since, later=timedelta(hours=9 * n))
        for n in range(10)
    ]
    alarm = turn("c", Outcome.ALARM, at=WEEK.since, alarm="distress")
    return [*answered, *lost, alarm]


def requests(**changes: Any) -> RequestFigures:
    """Three requests: one answered, one waiting, one erased."""
    some = {State.NOTIFIED: 1, State.CONTACTED: 1, State.ERASED: 1}
    figures = RequestFigures(
        states={state: some.get(state, 0) for state in State},
        waits={wait: int(wait in (Wait.HOUR, Wait.STILL)) for wait in Wait},
        median_wait=timedelta(minutes=25),
        longest_open=timedelta(hours=3),
        undelivered=0,
    )
    return replace(figures, **changes)


def missed(groups: Sequence[MissedGroup] | None = None, alone: int = 4) -> MissedQuestions:
    """Two groups, one of them hostile."""
    parking = MissedGroup(
        3, 4, True, (Wording("where can i park", 3, "where can i park"),), topic=None
    )
    hostile = MissedGroup(2, 2, False, (Wording(HOSTILE, 2, HOSTILE),), topic="pain")
    some = (parking, hostile) if groups is None else tuple(groups)
    return MissedQuestions(some, alone, fewest=2, compared=True)


def a_digest(**changes: Any) -> Digest:
    values: dict[str, Any] = {
        "clinic": "The clinic <in> Istanbul",
        "period": WEEK,
        "made_at": MADE_AT.astimezone(ISTANBUL),
        "chats": chat_figures(turns(), WEEK),
        "chats_before": chat_figures([], WEEK.before),
        "requests": requests(),
        "requests_before": requests(),
        "missed": missed(),
        "labels": {"pain": "Whether it hurts"},
        "kept_days": 30,
    }
    return Digest(**{**values, **changes})
