"""Conversations written as data, held over real HTTP with the real processes."""

from pathlib import Path

import pytest
import yaml

from tests.scenarios.conftest import Assistant

CONVERSATIONS = sorted((Path(__file__).parent / "conversations").glob("*.yml"))


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_conversation(assistant: Assistant, path: Path) -> None:
    turns = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert turns
    for number, turn in enumerate(turns, start=1):
        reply = assistant.say(path.stem, turn["say"])
        where = f"turn {number} ({turn['say'][:40]!r}): {reply}"
        if "topic" in turn:
            assert reply.get("topics", [turn["topic"]]) == [turn["topic"]], where
        if "topics" in turn:
            assert reply["topics"] == turn["topics"], where
        for part in turn.get("has", []):
            assert part in reply["text"], where
        for part in turn.get("lacks", []):
            assert part not in reply["text"], where
        if "starts" in turn:
            assert reply["text"].startswith(turn["starts"]), where
        if "offers" in turn:
            assert turn["offers"] in [button["title"] for button in reply["buttons"]], where
        assert reply["text"].strip(), where
        assert "{" not in reply["text"], where
