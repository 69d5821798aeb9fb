"""Cuts a text that is too long for one message, where it hurts least and never in a character."""

from __future__ import annotations

import re
import unicodedata

_JOINER = "\u200d"
_ENDS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])\s+"),
    re.compile(r"\s+"),
)
"""Where to cut: best between paragraphs, then lines, sentences, words."""
_SMALLEST_PART = 2
"""A piece shorter than the limit divided by this is a worse cut than the next kind of place."""


def length(text: str) -> int:
    """How long WhatsApp takes a text to be: characters beyond the basic plane count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, longest: int) -> list[str]:
    """The text in pieces of at most ``longest``, none of them blank."""
    pieces = []
    rest = text.strip()
    while length(rest) > longest:
        end = _fitting(rest, longest)
        at = next(
            (cut for cut in (_last(ends, rest, end) for ends in _ENDS) if cut), _between(rest, end)
        )
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*pieces, rest] if rest else pieces


def _fitting(text: str, longest: int) -> int:
    """How many characters fit."""
    used = 0
    for index, character in enumerate(text):
        used += length(character)
        if used > longest:
            return index
    return len(text)


def _last(ends: re.Pattern[str], text: str, end: int) -> int:
    """The last such place that leaves a piece worth sending, 0 if there is none."""
    places = [match.start() for match in ends.finditer(text, 0, end + 1)]
    return places[-1] if places and places[-1] >= end // _SMALLEST_PART else 0


def _between(text: str, end: int) -> int:
    """The last place up to there that is not within what is seen as one character."""
    at = end
    while at > 1 and _belongs(text, at):
        at -= 1
    return at


def _belongs(text: str, at: int) -> bool:
    """Whether the character there is shown together with the one before it."""
    here, before = text[at], text[at - 1]
    return (
        unicodedata.category(here) in ("Mn", "Me", "Mc")
        or _JOINER in (here, before)
        or "\U0001f3fb" <= here <= "\U0001f3ff"  # skin tones
        or ("\U0001f1e6" <= here <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff")
    )
