"""Held-out dangers while the form waits for an answer: there a word or two are read with more care."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mesobot import paths
from mesobot.evaluation.alarms import alarm_of, is_handled
from mesobot.evaluation.held_out import DISTRESS, EMERGENCY, HeldOut
from mesobot.evaluation.replay import Replayer
from mesobot.running import action_server

ASKED_FOR_A_NAME = ("i want to book", "2")


@pytest.fixture(scope="module")
def replayer() -> Iterator[Replayer]:
    """With the action server that opens the form."""
    with action_server():
        yield Replayer(paths.MODEL)


def test_the_form_is_open(replayer: Replayer) -> None:
    asked = replayer.turns(ASKED_FOR_A_NAME, "open")[-1]
    assert "What is your name?" in asked.messages[0]["text"]


@pytest.mark.parametrize("kind", [EMERGENCY, DISTRESS])
def test_every_danger_is_heard_in_an_open_form(
    replayer: Replayer, held_out: HeldOut, kind: str
) -> None:
    missed = []
    for number, message in enumerate(each for each in held_out.danger if each.kind == kind):
        texts = (*ASKED_FOR_A_NAME, message.text)
        if not is_handled(kind, alarm_of(replayer.turns(texts, f"{kind}-{number}")[-1])):
            missed.append(message.text)
    assert missed == []
