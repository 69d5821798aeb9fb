"""One message of a conversation, as browsers get it and as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any


class Author(Enum):
    """Who wrote a message."""

    PATIENT = "patient"
    BOT = "bot"


@dataclass(frozen=True)
class Message:
    """A message with its place in the conversation.

    Attributes:
        seq: counts from 1 without gaps, over both authors.
        author: who wrote it.
        turn: the browser's id of the patient's message that this is, or that it answers.
        time: seconds since 1970.
        content: ``text`` and, of a reply, what else the protocol names.
    """

    seq: int
    author: Author
    turn: str
    time: float
    content: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The message as the protocol has it."""
        moment = datetime.fromtimestamp(self.time, timezone.utc)
        own_id = {"id": self.turn} if self.author is Author.PATIENT else {}
        return {
            "seq": self.seq,
            "from": self.author.value,
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **own_id,
            **self.content,
        }
