"""Conversations in figures."""

from __future__ import annotations

from datetime import timedelta

from mesobot.insight.chats import chat_figures
from mesobot.insight.outcome import Outcome
from mesobot.insight.period import Period
from mesobot.knowledge.zone import ISTANBUL
from tests.unit.consultation.requests import GIVEN_AT
from tests.unit.insight.said import turn

PERIOD = Period(GIVEN_AT.date(), 2, ISTANBUL)
DAY = timedelta(days=1)


def test_shares_are_of_what_asked_something() -> None:
    turns = [
        *(turn(outcome=Outcome.ANSWERED), turn(outcome=Outcome.PARTLY)),
        *(turn(outcome=Outcome.TO_CLINIC), turn(outcome=Outcome.NOT_UNDERSTOOD)),
        *(turn(outcome=Outcome.CHAT), turn(outcome=Outcome.REQUEST), turn(outcome=Outcome.ALARM)),
    ]
    found = chat_figures(turns, PERIOD)
    assert (found.messages, found.questions, found.answered, found.unanswered) == (7, 4, 2, 1)
    assert found.share_answered == 0.5
    assert chat_figures([], PERIOD).share_answered is None


def test_conversations_count_each_topic_and_each_alarm_once() -> None:
    turns = [
        turn("ada", topics=("pain",)),
        turn("ada", topics=("pain", "risks")),
        turn("ada", session=2, topics=("pain",), alarm="distress"),
        turn("bob", topics=("greet",), outcome=Outcome.CHAT, channel="whatsapp"),
    ]
    found = chat_figures(turns, PERIOD)
    assert found.conversations == 3
    assert found.topics == {"pain": 2, "risks": 1}
    assert found.alarms == {"distress": 1}
    assert found.channels == {"web": 2, "whatsapp": 1}


def test_days_and_hours_are_the_clinics() -> None:
    late = timedelta(hours=13)  # 22:00 in London, past midnight at the clinic
    found = chat_figures(
        [turn(), turn("bob", Outcome.NOT_UNDERSTOOD, later=late), turn(later=late)], PERIOD
    )
    assert [(day.conversations, day.answered, day.unanswered) for day in found.days] == [
        (1, 1, 0),
        (2, 1, 1),
    ]
    assert (found.hours[12], found.hours[1], sum(found.hours)) == (1, 2, 3)
