"""Held-out questions and how the assistant did on them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class HeldOutQuestion:
    """A question that was never trained on, and the topics that answer it honestly."""

    text: str
    topic: str
    accept: tuple[str, ...]

    def is_right(self, topics: Iterable[str]) -> bool:
        """Whether one of the reported topics is an accepted one."""
        return any(topic in (self.topic, *self.accept) for topic in topics)


def load_questions(*paths: Path) -> list[HeldOutQuestion]:
    """Questions of JSON Lines files with ``text``, ``topic`` and ``accept``.

    Raises:
        ValueError: saying file and line of what cannot be read.
    """
    questions = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                accept = tuple(entry.get("accept", ()))
                questions.append(HeldOutQuestion(entry["text"], entry["topic"], accept))
            except (ValueError, KeyError, AttributeError) as error:
                raise ValueError(f"{path}:{number}: no held-out question ({error!r})") from error
    return questions
