"""Reads what a browser sends as a message of its patient."""

from __future__ import annotations

import re

from mesobot.channels.typed_text import is_blank, presentable
from mesobot.channels.web.configuration import LONGEST_ACCEPTED
from mesobot.channels.web.conversation import Said
from mesobot.channels.web.texts import Refusal

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def read_say(data: object) -> Said | Refusal:
    """The message, or why it is none."""
    if not isinstance(data, dict):
        return Refusal.INVALID
    turn, text = data.get("id"), data.get("text")
    if not isinstance(turn, str) or not _ID.fullmatch(turn) or not isinstance(text, str):
        return Refusal.INVALID
    if len(text) > LONGEST_ACCEPTED:
        return Refusal.TOO_LONG
    if is_blank(text):
        return Refusal.EMPTY
    return Said(turn, presentable(text))


def last_seq_of(auth: object) -> int:
    """The last place that a browser says it knows, 0 if it says nothing sensible."""
    claimed = auth.get("last_seq") if isinstance(auth, dict) else None
    is_number = isinstance(claimed, int) and not isinstance(claimed, bool)
    return claimed if is_number and 0 <= claimed < 2**31 else 0  # type: ignore[operator, return-value]
