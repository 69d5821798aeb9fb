"""Held-out messages: what was written blind, and which replies to it are right.

Kinds: single questions (one topic), messages with several questions, follow-ups (two turns),
messages about danger or only looking like it, and what is said after an alarm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mesobot.nlu.decision import OFF_TOPIC

EMERGENCY, CONDITIONAL, DISTRESS, LOOK_ALIKE = "emergency", "conditional", "distress", "lookalike"
"""Classes of the danger files."""

_Entry = TypeVar("_Entry")


@dataclass(frozen=True)
class HeldOutQuestion:
    """A question that was never trained on, and the topics that answer it honestly."""

    text: str
    topic: str
    accept: tuple[str, ...]
    file: str

    @property
    def turns(self) -> tuple[str, ...]:
        """What is said, in order."""
        return (self.text,)

    @property
    def expected(self) -> str:
        """What the reply should be about, in words."""
        return " or ".join((self.topic, *self.accept))

    def is_right(self, topics: Iterable[str]) -> bool:
        """Whether one of the reported topics is an accepted one."""
        return any(topic in (self.topic, *self.accept) for topic in topics)


@dataclass(frozen=True)
class HeldOutConversation:
    """One or two turns, and what the reply to the last one must report.

    Attributes:
        turns: what is said, in order.
        topics: for each question of the last turn, the topics that answer it honestly.
        file: name of the file it comes from.
    """

    turns: tuple[str, ...]
    topics: tuple[tuple[str, ...], ...]
    file: str

    @property
    def expected(self) -> str:
        """What the reply should be about, in words."""
        return " + ".join(" or ".join(accepted) for accepted in self.topics)

    def is_right(self, topics: Collection[str]) -> bool:
        """Whether each question was answered."""
        return all(any(topic in accepted for topic in topics) for accepted in self.topics)


@dataclass(frozen=True)
class DangerMessage:
    """A message that speaks of danger, or only looks like it (``lookalike``)."""

    text: str
    kind: str
    file: str

    @property
    def turns(self) -> tuple[str, ...]:
        """What is said, in order."""
        return (self.text,)

    @property
    def expected(self) -> str:
        """What the reply should be about, in words."""
        return self.kind


@dataclass(frozen=True)
class AfterAlarm:
    """A danger message and what is said after it.

    Attributes:
        turns: what is said, in order.
        stays: whether the last reply must still warn; otherwise the alarm was taken back.
        file: name of the file it comes from.
    """

    turns: tuple[str, ...]
    stays: bool
    file: str

    @property
    def expected(self) -> str:
        """What the last reply should be about, in words."""
        return "still a warning" if self.stays else "no alarm any more"


@dataclass(frozen=True)
class HeldOut:
    """All held-out messages of one folder, by kind."""

    questions: tuple[HeldOutQuestion, ...]
    off_topic: tuple[HeldOutQuestion, ...]
    several: tuple[HeldOutConversation, ...]
    follow_ups: tuple[HeldOutConversation, ...]
    danger: tuple[DangerMessage, ...]
    after_alarm: tuple[AfterAlarm, ...] = ()


def load_held_out(folder: Path) -> HeldOut:
    """Every file of a folder; the kind is how the file's name begins.

    Raises:
        ValueError: saying file and line of what cannot be read.
    """

    def named(beginning: str) -> list[Path]:
        return sorted(folder.glob(f"{beginning}_*.jsonl"))

    return HeldOut(
        questions=tuple(load_questions(*named("singles"))),
        off_topic=tuple(load_questions(*named("out_of_scope"))),
        several=tuple(load_several(*named("two_questions"))),
        follow_ups=tuple(load_follow_ups(*named("follow_ups"))),
        danger=tuple(load_danger(*named("safety"))),
        after_alarm=tuple(load_after_alarm(*named("after_alarm"))),
    )


def load_questions(*paths: Path) -> list[HeldOutQuestion]:
    """Questions of JSON Lines files with ``text``, ``topic`` and ``accept``.

    Raises:
        ValueError: saying file and line of what cannot be read.
    """
    return _load(
        paths,
        lambda entry, file: HeldOutQuestion(
            entry["text"], entry.get("topic", OFF_TOPIC), tuple(entry.get("accept", ())), file
        ),
    )


def load_several(*paths: Path) -> list[HeldOutConversation]:
    """Messages with several questions: ``text``, ``topics`` (a list for each question).

    Raises:
        ValueError: saying file and line of what cannot be read.
    """
    return _load(
        paths,
        lambda entry, file: HeldOutConversation(
            (entry["text"],), tuple(tuple(accepted) for accepted in entry["topics"]), file
        ),
    )


def load_follow_ups(*paths: Path) -> list[HeldOutConversation]:
    """Follow-ups: ``turns``, and ``topics`` accepted for the last one.

    Raises:
        ValueError: saying file and line of what cannot be read.
    """
    return _load(
        paths,
        lambda entry, file: HeldOutConversation(
            tuple(entry["turns"]), (tuple(entry["topics"]),), file
        ),
    )


def load_danger(*paths: Path) -> list[DangerMessage]:
    """Messages with ``text`` and ``class``.

    Raises:
        ValueError: saying file and line of what cannot be read.
    """
    return _load(paths, lambda entry, file: DangerMessage(entry["text"], entry["class"], file))


def load_after_alarm(*paths: Path) -> list[AfterAlarm]:
    """Conversations with ``turns`` and ``expect`` (``alarm`` or ``calm``).

    Raises:
        ValueError: saying file and line of what cannot be read.
    """
    stays = {"alarm": True, "calm": False}
    return _load(
        paths,
        lambda entry, file: AfterAlarm(tuple(entry["turns"]), stays[entry["expect"]], file),
    )


def _load(paths: Iterable[Path], read: Callable[[dict[str, Any], str], _Entry]) -> list[_Entry]:
    found = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                found.append(read(json.loads(line), path.name))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"{path}:{number}: no held-out message ({error!r})") from error
    return found
