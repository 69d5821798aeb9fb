"""Insults, attacks, markup, mash and other languages: one kind reply each, nothing leaks."""

import json
from pathlib import Path

import pytest

from mesobot.evaluation.replay import ReplayConversation

MESSAGES = [
    json.loads(line)
    for line in (Path(__file__).parent / "hostile" / "messages.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
KINDS = sorted({message["kind"] for message in MESSAGES})


@pytest.mark.parametrize("kind", KINDS)
def test_each_gets_exactly_one_reply_without_markup_or_placeholders(replayer, kind: str) -> None:
    messages = [message["text"] for message in MESSAGES if message["kind"] == kind]
    assert messages
    for number, text in enumerate(messages):
        held = replayer.hold(ReplayConversation("h", (text,)), f"hostile-{kind}-{number}")
        replies = held["replies"][0]["messages"]
        assert len(replies) == 1, text[:80]
        assert replies[0]["text"].strip(), text[:80]
        assert not set("<{}") & set(replies[0]["text"]), text[:80]


def test_a_hostile_message_changes_nothing_for_the_next_one(replayer) -> None:
    for number, message in enumerate(MESSAGES):
        turns = ("does it hurt?", message["text"], "how many sessions do i need?")
        held = replayer.hold(ReplayConversation("h", turns), f"changes-nothing-{number}")
        topics = [reply["topics"] for reply in held["replies"]]
        assert topics[0] == ["pain"], message["text"][:80]
        # Some of them speak of danger: that comes first, and in the next reply too.
        alarm = topics[1] in (["medical_emergency"], ["distress"])
        assert topics[2] == (topics[1] if alarm else ["sessions_needed"]), message["text"][:80]
