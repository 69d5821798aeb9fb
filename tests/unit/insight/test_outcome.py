"""What a message got is read from what stands beside the replies."""

from __future__ import annotations

from typing import Any

import pytest

from mesobot.insight.outcome import Outcome, Reply, new_alarm_of, outcome_of, topics_of
from tests.unit.insight.said import ANSWERED, EMERGENCY, LOST, PRICE


def reply(name: str, **note: Any) -> Reply:
    return {"utter_action": name, "metadata": note}


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ([], Outcome.NO_REPLY),
        ([ANSWERED], Outcome.ANSWERED),
        ([PRICE], Outcome.TO_CLINIC),
        ([LOST], Outcome.NOT_UNDERSTOOD),
        ([EMERGENCY], Outcome.ALARM),
        ([ANSWERED, reply("utter_ask_consultation_time")], Outcome.ANSWERED),
        ([reply("utter_ask_consultation_name")], Outcome.REQUEST),
        ([reply("utter_consultation_saved_email")], Outcome.REQUEST),
        ([reply("utter_greet")], Outcome.CHAT),
        ([reply("utter_message_empty", topics=["out_of_scope"])], Outcome.UNREADABLE),
        ([reply("utter_gibberish", miss="gibberish")], Outcome.UNREADABLE),
        ([reply("utter_default")], Outcome.NOT_UNDERSTOOD),
        ([reply("utter_out_of_scope", miss="off_topic")], Outcome.OFF_TOPIC),
        ([reply("utter_unanswered/clinic_matters", miss="not_in_article")], Outcome.NOT_IN_ARTICLE),
        ([reply("utter_other_language/tr", miss="other_language")], Outcome.OTHER_LANGUAGE),
        ([reply("utter_faq/pain", answered=["pain"], topics=["pain", "price"])], Outcome.PARTLY),
        (
            [reply("utter_faq/pain", answered=["pain"], topics=["pain"], in_part=True)],
            Outcome.PARTLY,
        ),
        (
            [reply("utter_faq/pain", answered=["pain"], topics=["pain", "medical_emergency"])],
            Outcome.ANSWERED,  # with a warning before it
        ),
        ([{}], Outcome.CHAT),  # a bare text of an action
    ],
)
def test_outcome(replies: list[Reply], outcome: Outcome) -> None:
    assert outcome_of(replies) is outcome


def test_an_alarm_that_goes_on_is_no_new_one() -> None:
    assert new_alarm_of([EMERGENCY]) == "medical_emergency"
    still = reply("utter_still_emergency", alarm="medical_emergency", still=True)
    assert new_alarm_of([still]) is None
    assert outcome_of([still]) is Outcome.ALARM


def test_each_topic_once() -> None:
    assert topics_of([ANSWERED, PRICE, ANSWERED]) == ("pain", "price")


def test_only_questions_can_be_unanswered() -> None:
    assert all(outcome.is_question for outcome in Outcome if outcome.is_unanswered)
    assert not Outcome.TO_CLINIC.is_unanswered
    assert not Outcome.ALARM.is_question
