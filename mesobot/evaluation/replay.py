"""Replays conversations through the real pipeline, policies and actions.

Input and output are JSON Lines: ``{"id": "c1", "turns": ["does it hurt", "and after?"]}``
gives ``{"id": "c1", "replies": [{"user", "topics", "confidence", "messages",
"milliseconds"}, …]}``.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from mesobot import paths, settings
from mesobot.launch import silence_deprecations
from mesobot.running import action_server


@dataclass(frozen=True)
class ReplayConversation:
    """One conversation to hold: its id and what the patient says, in order."""

    id: str
    turns: tuple[str, ...]


@dataclass(frozen=True)
class BadLine:
    """A line of the input that is no conversation, and why."""

    number: int
    reason: str


def read_conversations(source: TextIO) -> Iterator[ReplayConversation | BadLine]:
    """Conversations of a JSON Lines file; unusable lines come as :class:`BadLine`."""
    for number, line in enumerate(source, start=1):
        if line.strip():
            yield _read_line(number, line)


def _read_line(number: int, line: str) -> ReplayConversation | BadLine:
    try:
        content = json.loads(line)
    except ValueError as error:
        return BadLine(number, f"no valid JSON ({error})")
    if not isinstance(content, dict):
        return BadLine(number, 'not an object like {"id": "c1", "turns": ["…"]}')
    name, turns = content.get("id"), content.get("turns")
    if not isinstance(name, str | int) or isinstance(name, bool):
        return BadLine(number, "'id' must be a text")
    if not isinstance(turns, list) or not turns or not all(isinstance(t, str) for t in turns):
        return BadLine(number, "'turns' must be a list of texts, with at least one")
    return ReplayConversation(str(name), tuple(turns))


class Replayer:
    """Holds conversations with the trained assistant inside this process."""

    def __init__(self, model: Path) -> None:
        """Load the model; conversations are kept in memory only."""
        from rasa.core.agent import load_agent
        from rasa.core.utils import AvailableEndpoints

        silence_deprecations()
        settings.quiet_rasa()
        os.chdir(paths.ROOT)
        endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
        endpoints.tracker_store = None
        self._agent = asyncio.run(load_agent(model_path=str(model), endpoints=endpoints))

    def hold(self, conversation: ReplayConversation, sender: str) -> dict[str, Any]:
        """One conversation from its first to its last turn, as an output line."""
        return asyncio.run(self._hold(conversation, sender))

    async def _hold(self, conversation: ReplayConversation, sender: str) -> dict[str, Any]:
        replies = [await self._turn(text, sender) for text in conversation.turns]
        return {"id": conversation.id, "replies": replies}

    async def _turn(self, text: str, sender: str) -> dict[str, Any]:
        from rasa.core.channels.channel import UserMessage

        from mesobot.channels.reply_collector import ReplyCollector
        from mesobot.dialogue.conversation import reported_topics

        collector = ReplyCollector()
        began = time.perf_counter()
        await self._agent.handle_message(UserMessage(text, collector, sender))
        elapsed = time.perf_counter() - began
        tracker = await self._agent.tracker_store.retrieve(sender)
        events = list(tracker.events) if tracker else []
        return {
            "user": text,
            "topics": reported_topics(_latest_turn(events)),
            "confidence": round(_confidence(tracker), 4),
            "messages": [
                {
                    "text": message["text"],
                    "buttons": [button["title"] for button in message.get("buttons", [])],
                }
                for message in collector.messages
            ],
            "milliseconds": round(elapsed * 1000, 2),
        }


def _latest_turn(events: list[Any]) -> list[Any]:
    from rasa.shared.core.events import UserUttered

    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], UserUttered):
            return events[index:]
    return []


def _confidence(tracker: Any) -> float:
    message = tracker.latest_message if tracker else None
    return float((message.intent or {}).get("confidence") or 0.0) if message else 0.0


def replay(source: TextIO, target: TextIO, report: TextIO) -> int:
    """Replay a whole file.

    Args:
        source: JSON Lines with conversations.
        target: receives one JSON line per conversation, in the same order.
        report: told about lines that cannot be used.

    Returns:
        How many lines were skipped.
    """
    skipped = 0
    with action_server():
        replayer = Replayer(paths.MODEL)
        for number, entry in enumerate(read_conversations(source), start=1):
            if isinstance(entry, BadLine):
                report.write(f"line {entry.number} skipped: {entry.reason}\n")
                skipped += 1
                continue
            held = replayer.hold(entry, f"replay-{number}")
            target.write(json.dumps(held, ensure_ascii=False) + "\n")
    return skipped
