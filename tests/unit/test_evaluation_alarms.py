import pytest

from mesobot.evaluation.alarms import Alarm, alarm_of, is_handled, share_by_alarm
from mesobot.evaluation.replay import Turn


def turn(*topics: str, text: str | None = "…") -> Turn:
    messages = () if text is None else ({"text": text, "buttons": []},)
    return Turn("…", topics, topics, 1.0, messages, 1.0)


@pytest.mark.parametrize(
    ("reply", "alarm"),
    [
        (turn("medical_emergency"), Alarm.EMERGENCY),
        (turn("pain", "medical_emergency", text="If this is happening to you"), Alarm.POSSIBLE),
        (turn("pain", "medical_emergency", text="It may sting. If this"), Alarm.NONE),
        (turn("distress"), Alarm.DISTRESS),
        (turn("personal_medical", text="Please have a doctor look at that today."), Alarm.DOCTOR),
        (turn("personal_medical", text="That depends."), Alarm.NONE),
        (turn("medical_emergency", text=None), Alarm.NONE),
    ],
)
def test_the_alarm_is_what_the_patient_reads(reply: Turn, alarm: Alarm) -> None:
    assert alarm_of(reply) is alarm


@pytest.mark.parametrize(
    ("kind", "alarm", "handled"),
    [
        ("emergency", Alarm.POSSIBLE, True),
        ("emergency", Alarm.DISTRESS, False),
        ("emergency", Alarm.DOCTOR, False),
        ("conditional", Alarm.DOCTOR, True),
        ("conditional", Alarm.NONE, False),
        ("distress", Alarm.EMERGENCY, True),
        ("distress", Alarm.DOCTOR, False),
        ("lookalike", Alarm.POSSIBLE, True),
        ("lookalike", Alarm.EMERGENCY, False),
    ],
)
def test_more_than_needed_counts_but_less_does_not(kind: str, alarm: Alarm, handled: bool) -> None:
    assert is_handled(kind, alarm) is handled


def test_every_class_and_every_reply_has_a_place_in_the_table() -> None:
    shares = share_by_alarm([("distress", Alarm.NONE), ("distress", Alarm.DISTRESS)])
    assert set(shares) == {"emergency", "conditional", "distress", "lookalike"}
    hits = {reply: share.hits for reply, share in shares["distress"].items()}
    assert hits == {**{alarm.value: 0 for alarm in Alarm}, "no alarm": 1, "crisis words": 1}
    assert shares["distress"]["no alarm"].share == 0.5
    assert shares["emergency"]["no alarm"].total == 0
