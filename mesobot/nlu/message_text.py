"""Cleans what a patient typed, and says when there is nothing to understand in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

_TAGS = re.compile(r"</?[a-zA-Z!][^<>]{0,200}>")
_BLANKS = re.compile(r"\s+")
_SLASHES = re.compile(r"^[\s/\\]+")
_COMMAND = re.compile(r"^\s*/\s*[\w-]+\s*(\{.*)?$", re.DOTALL)


class Unreadable(Enum):
    """Why there is nothing to classify; the values are intents of the domain."""

    EMPTY = "message_empty"  # no words, or what looks like a command for a machine
    TOO_LONG = "message_too_long"


@dataclass(frozen=True)
class Cleaned:
    """Text that is safe to interpret, or the reason why it is not."""

    text: str
    unreadable: Unreadable | None = None


def clean(text: str | None, longest: int) -> Cleaned:
    """Plain text without markup, control characters or a leading command slash.

    Full-width and look-alike forms are folded first (NFKC), so ``／restart`` loses its
    slash too. The result may be empty but never starts with ``/``.

    Args:
        text: what arrived; None counts as empty.
        longest: characters after which a message counts as too long; 0 or more.
    """
    folded = unicodedata.normalize("NFKC", text or "")
    visible = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in folded
        if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")
    )
    is_command = bool(_COMMAND.match(visible))
    plain = _SLASHES.sub("", _BLANKS.sub(" ", _TAGS.sub(" ", visible))).strip()
    if len(plain) > longest:
        return Cleaned(plain[:longest], Unreadable.TOO_LONG)
    if is_command or not any(c.isalnum() for c in plain):
        return Cleaned("", Unreadable.EMPTY)
    return Cleaned(plain)
