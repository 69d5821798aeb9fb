"""Turns as the stored events tell them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mesobot.chats.events import read_events
from mesobot.consultation.transactions import DatabaseUnavailableError
from mesobot.insight.outcome import Outcome
from mesobot.insight.turns import read_turns, turns_of
from tests.unit.consultation.requests import GIVEN_AT
from tests.unit.insight.said import ANSWERED, EMERGENCY, LOST, bot, keep, loop, session, user

HOUR = timedelta(hours=1)


def test_a_turn_is_a_message_with_all_its_replies() -> None:
    events = [session(), user("does it hurt"), bot(ANSWERED), bot(LOST), user("and?"), bot(LOST)]
    first, second = turns_of(events)
    assert (first.outcome, first.replies) == (
        Outcome.PARTLY,
        ("utter_faq/pain", "utter_not_understood"),
    )
    assert (first.channel, first.session, second.outcome) == ("web", 1, Outcome.NOT_UNDERSTOOD)


def test_conversations_that_are_mixed_are_told_apart() -> None:
    events = [
        *(user("a", sender="ada"), user("b", sender="bob")),
        *(bot(ANSWERED, "bob"), bot(LOST, "ada"), session("ada"), user("c", sender="ada")),
    ]
    found = {turn.text: turn for turn in turns_of(events)}
    assert {text: turn.outcome for text, turn in found.items()} == {
        "a": Outcome.NOT_UNDERSTOOD,
        "b": Outcome.ANSWERED,
        "c": Outcome.NO_REPLY,
    }
    assert found["a"].session != found["c"].session


def test_what_was_not_understood_is_kept_with_its_nearest_topics() -> None:
    (turn,) = turns_of([user("do you do whitening", "nlu_fallback"), bot(LOST)])
    (missed,) = turn.missed
    assert (missed.text, missed.understood) == ("do you do whitening", False)
    assert missed.near == (("pain", 0.3),)


def test_of_several_questions_only_the_unanswered_one_counts() -> None:
    questions = [
        {"text": "does it hurt", "topic": "faq/pain", "follow_up": None},
        {"text": "and whitening", "topic": "unanswered/clinic_matters", "follow_up": None},
    ]
    (turn,) = turns_of([user("…", questions=questions), bot(ANSWERED)])
    (missed,) = turn.missed
    assert (missed.text, missed.understood, missed.near) == ("and whitening", True, ())


@pytest.mark.parametrize(
    "events",
    [
        [loop("consultation_form"), user("Ada Okur", "nlu_fallback"), bot(LOST)],
        [user("my chest hurts", "nlu_fallback"), bot(EMERGENCY)],
        [user("is a rash bad", "nlu_fallback", possible_danger=True), bot(LOST)],
        [user("does it hurt"), bot(ANSWERED)],
    ],
)
def test_nothing_is_quoted_from_a_form_or_near_a_danger(events: list) -> None:
    (turn,) = turns_of(events)
    assert turn.missed == ()


def test_a_form_is_open_until_it_ends() -> None:
    events = [
        *(user("book"), loop("consultation_form"), user("Ada")),
        *(loop(None), user("bye"), bot(ANSWERED)),
    ]
    assert [turn.in_form for turn in turns_of(events)] == [False, True, False]


def test_only_what_was_said_in_the_period_counts(database_url: str) -> None:
    day = 86400
    keep(
        database_url,
        [
            *(user("before", at=-1), bot(LOST), user("first", at=0), bot(ANSWERED, at=1)),
            *(user("last", at=day - 1), bot(ANSWERED, at=day + 2), user("after", at=day)),
        ],
    )
    turns = list(read_turns(database_url, GIVEN_AT, GIVEN_AT + timedelta(days=1)))
    assert [(turn.text, turn.outcome) for turn in turns] == [
        ("first", Outcome.ANSWERED),
        ("last", Outcome.ANSWERED),  # its reply came after midnight
    ]


def test_a_form_that_was_open_before_is_known(database_url: str) -> None:
    keep(database_url, [loop("consultation_form", at=-600), user("Ada", at=5), bot(LOST, at=6)])
    (turn,) = read_turns(database_url, GIVEN_AT, GIVEN_AT + HOUR)
    assert turn.in_form


def test_many_pages_are_read(database_url: str) -> None:
    keep(database_url, [user(str(number), at=number) for number in range(1203)])
    since = GIVEN_AT.timestamp()
    found = read_events(database_url, ["user"], since, since + 1200)
    assert [event.data["text"] for event in found] == [str(number) for number in range(1200)]


def test_without_a_database_nothing_was_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    assert list(read_turns(url, GIVEN_AT, GIVEN_AT + HOUR)) == []
    assert not (tmp_path / "none.db").exists()


def test_a_database_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "chats.db").write_text("this is no database, however long one makes it" * 9)
    with pytest.raises(DatabaseUnavailableError):
        list(read_turns(f"sqlite:///{tmp_path / 'chats.db'}", GIVEN_AT, GIVEN_AT + HOUR))


def test_texts_are_in_no_representation() -> None:
    (turn,) = turns_of([user("secret", "nlu_fallback"), bot(LOST)])
    assert "secret" not in repr(turn)
    assert "ada" not in repr(turn)
    assert "secret" not in repr(user("secret"))
