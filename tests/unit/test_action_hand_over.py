import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_hand_over import ActionHandOver


def run_action(channel: str | None) -> tuple[list[dict], list[dict]]:
    dispatcher = CollectingDispatcher()
    events = [{"event": "user", "text": "hi", "input_channel": channel}]
    tracker = Tracker("me", {}, {}, events, False, None, {}, "action_listen")
    return dispatcher.messages, ActionHandOver().run(dispatcher, tracker, {})


@pytest.mark.parametrize(
    ("channel", "response"),
    [
        ("rest", "utter_hand_over_link"),
        ("cmdline", "utter_hand_over_link"),
        (None, "utter_hand_over_link"),
        ("whatsapp", "utter_hand_over_here"),
    ],
)
def test_the_way_to_a_person_suits_the_channel(channel, response) -> None:
    messages, _ = run_action(channel)
    assert [message["response"] for message in messages] == [response]


def test_success_is_recorded_for_the_rules() -> None:
    _, events = run_action("rest")
    assert events == [{"event": "slot", "timestamp": None, "name": "handed_over", "value": True}]
