"""Only a plain yes, right after the question, confirms what cannot be undone."""

import pytest
from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from mesobot.nlu.confirmation_reader import ConfirmationReader

ASKED = BotUttered("Shall I?", metadata={"metadata": {"confirms": "forget_me"}})
ANOTHER = BotUttered("Painless.", metadata={"metadata": {}})


def intent_of(
    text: str, *events: BotUttered, topic: str = "affirm", danger: bool = False
) -> str | None:
    message = Message({TEXT: text, INTENT: {"name": topic}, "possible_danger": danger})
    message.set("questions", [{"topic": topic, "confidence": 0.9}])
    tracker = DialogueStateTracker.from_events(
        "web-1", [SessionStarted(), UserUttered("forget me"), *events]
    )
    (read,) = ConfirmationReader().process([message], tracker)
    return read.get(INTENT)["name"]


@pytest.mark.parametrize("text", ["yes", "Yes please", "ok", "evet"])
def test_a_plain_yes_confirms(text: str) -> None:
    assert intent_of(text, ASKED) == "forget_me_confirmed"


@pytest.mark.parametrize("text", ["no", "no thanks", "hayır"])
def test_a_no_deletes_nothing(text: str) -> None:
    assert intent_of(text, ASKED, topic="deny") == "forget_me_declined"


def test_any_other_agreement_is_asked_for_a_plain_yes() -> None:
    assert intent_of("well, i suppose so", ASKED) == "forget_me"


def test_a_question_stays_a_question() -> None:
    assert intent_of("yes but does it hurt?", ASKED, topic="faq/pain") == "faq/pain"


def test_a_yes_to_something_else_confirms_nothing() -> None:
    assert intent_of("yes", ASKED, ANOTHER) == "affirm"
    assert intent_of("yes", ANOTHER) == "affirm"
    assert intent_of("yes") == "affirm"


def test_danger_goes_first() -> None:
    assert intent_of("yes", ASKED, topic="distress") == "distress"
    assert intent_of("yes", ASKED, danger=True) == "affirm"


def test_without_a_conversation_nothing_is_confirmed() -> None:
    message = Message({TEXT: "yes", INTENT: {"name": "affirm"}})
    assert ConfirmationReader().process([message])[0].get(INTENT)["name"] == "affirm"
