import pytest
from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from mesobot.dialogue.conversation import Conversation, reported_topics, topic_of


def said(topic: str | None = None, text: str = "…", **metadata) -> BotUttered:
    topics = [topic] if topic else []
    answered = topics if metadata.get("facts") else []
    return BotUttered(
        text, metadata={"metadata": {"topics": topics, "answered": answered, **metadata}}
    )


def heard(intent: str, **extra) -> UserUttered:
    return UserUttered("…", {"name": intent, **extra})


def conversation(*events) -> Conversation:
    return Conversation(DialogueStateTracker.from_events("me", list(events)))


@pytest.mark.parametrize(
    ("action", "topic"),
    [
        ("utter_faq/pain", "pain"),
        ("utter_greet", "greet"),
        ("faq/pain", "pain"),
        ("greet", "greet"),
    ],
)
def test_topic_ids_come_from_response_names(action: str, topic: str) -> None:
    assert topic_of(action) == topic


def test_a_new_session_begins_from_nothing() -> None:
    talk = conversation(said("pain", facts=["x"]), SessionStarted(), heard("faq"))
    assert not talk.has_begun
    assert talk.answered() == []


def test_answered_topics_in_order() -> None:
    talk = conversation(said("pain", facts=["x"]), said("greet"), said("risks", facts=["y"]))
    assert talk.answered() == ["pain", "risks"]


def test_misses_in_a_row_end_with_an_answer() -> None:
    miss = {"miss": "off_topic"}
    assert conversation(said(**miss), said("pain"), said(**miss)).misses_in_a_row() == 1
    assert conversation(said(**miss), said(**miss)).misses_in_a_row() == 2
    assert conversation(said("pain")).misses_in_a_row() == 0


def test_suggestions_are_the_classifiers() -> None:
    talk = conversation(heard("nlu_fallback", suggestions=["faq/pain", "unanswered/price"]))
    assert talk.suggestions() == ["pain", "price"]


def test_a_wish_for_a_request_is_reported_beside_the_answers() -> None:
    """ "Saturdays open? want to book" was answered and booked, and only the hours reported."""
    asked = [heard("book_consultation"), said("location_hours")]
    assert reported_topics(asked) == ["location_hours", "book_consultation"]
    assert reported_topics([heard("faq"), said("location_hours")]) == ["location_hours"]


def test_reported_topics_prefer_what_was_answered() -> None:
    assert reported_topics([heard("next_step"), said("anesthetic")]) == ["anesthetic"]
    assert reported_topics([heard("greet"), said(None)]) == ["greet"]
    assert reported_topics([]) == []


def test_soon_after_an_alarm_no_question_about_the_treatment_is_answered() -> None:
    """ "Can I drink water while waiting" got an ordinary answer right after the alarm."""
    alarm = said(alarm="medical_emergency")
    assert conversation(alarm, heard("faq")).recent_alarm() == "medical_emergency"
    assert conversation(alarm, said("thanks"), heard("faq")).recent_alarm() == "medical_emergency"
    later = [said("thanks"), said("pain"), said("risks")]
    assert conversation(alarm, *later, heard("faq")).recent_alarm() is None


def test_an_alarm_is_over_when_the_patient_says_that_nothing_is_wrong() -> None:
    alarm, clear = said(alarm="distress"), said(all_clear=True)
    assert conversation(alarm, clear, heard("faq")).recent_alarm() is None
    assert conversation(clear, alarm, heard("faq")).recent_alarm() == "distress"
