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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from mesobot import paths, settings
from mesobot.launch import silence_deprecations
from mesobot.nlu.decision import NOT_UNDERSTOOD
from mesobot.running import action_server
from mesobot.safety.red_flags import Danger


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


@dataclass(frozen=True)
class Turn:
    """One message and how the assistant took it.

    Attributes:
        user: the message.
        topics: topic ids that it was understood and answered as.
        guess: the same, or the likeliest topic when it was not understood.
        confidence: of the leading topic.
        messages: the replies, each with ``text`` and ``buttons``.
        milliseconds: until the reply was complete.
    """

    user: str
    topics: tuple[str, ...]
    guess: tuple[str, ...]
    confidence: float
    messages: tuple[dict[str, Any], ...]
    milliseconds: float

    def as_json(self) -> dict[str, Any]:
        """As it stands in a replay file."""
        return {
            "user": self.user,
            "topics": list(self.topics),
            "confidence": self.confidence,
            "messages": list(self.messages),
            "milliseconds": self.milliseconds,
        }


class Replayer:
    """Holds conversations with the trained assistant inside this process."""

    def __init__(self, model: Path) -> None:
        """Load the model; conversations are kept in memory only."""
        silence_deprecations()
        from rasa.core.agent import load_agent
        from rasa.core.utils import AvailableEndpoints

        from mesobot.quicker_rasa import make_rasa_quicker

        settings.quiet_rasa()
        make_rasa_quicker()
        os.chdir(paths.ROOT)
        endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
        endpoints.tracker_store = None
        self._agent = asyncio.run(load_agent(model_path=str(model), endpoints=endpoints))

    def hold(self, conversation: ReplayConversation, sender: str) -> dict[str, Any]:
        """One conversation from its first to its last turn, as an output line."""
        replies = [turn.as_json() for turn in self.turns(conversation.turns, sender)]
        return {"id": conversation.id, "replies": replies}

    def turns(self, texts: Sequence[str], sender: str) -> list[Turn]:
        """Say the texts one after another in the conversation of ``sender``."""
        return asyncio.run(self._turns(texts, sender))

    async def _turns(self, texts: Sequence[str], sender: str) -> list[Turn]:
        return [await self._turn(text, sender) for text in texts]

    async def _turn(self, text: str, sender: str) -> Turn:
        from rasa.core.channels.channel import UserMessage

        from mesobot.channels.reply_collector import ReplyCollector
        from mesobot.dialogue.conversation import reported_topics

        collector = ReplyCollector()
        began = time.perf_counter()
        await self._agent.handle_message(UserMessage(text, collector, sender))
        elapsed = time.perf_counter() - began
        tracker = await self._agent.tracker_store.retrieve(sender)
        heard = tracker.latest_message if tracker else None
        parsed: dict[str, Any] = (heard.parse_data or {}) if heard else {}
        intent: dict[str, Any] = parsed.get("intent") or {}
        topics = tuple(reported_topics(_latest_turn(list(tracker.events) if tracker else [])))
        understood = intent.get("name") != NOT_UNDERSTOOD
        return Turn(
            user=text,
            topics=topics,
            guess=topics if understood else _likeliest(parsed.get("intent_ranking") or []),
            confidence=round(float(intent.get("confidence") or 0.0), 4),
            messages=tuple(
                {
                    "text": message["text"],
                    "buttons": [button["title"] for button in message.get("buttons", [])],
                }
                for message in collector.messages
            ),
            milliseconds=round(elapsed * 1000, 2),
        )


def _latest_turn(events: list[Any]) -> list[Any]:
    from rasa.shared.core.events import UserUttered

    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], UserUttered):
            return events[index:]
    return []


def _likeliest(ranking: list[dict[str, Any]]) -> tuple[str, ...]:
    """The best topic of a ranking that is no danger: dangers have thresholds of their own."""
    from mesobot.dialogue.conversation import topic_of

    dangers = {danger.value for danger in Danger}
    topics = [topic_of(entry["name"]) for entry in ranking if entry["name"] not in dangers]
    return tuple(topics[:1])


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
