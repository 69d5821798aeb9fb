"""Short references such as ``M-7K3F9Q`` that people can read out, type and search for."""

from __future__ import annotations

import re
import secrets

_ALPHABET = "234679CDFGHJKNPQRTVWXY"
"""Without what is mistaken for one another, without vowels, and without the prefix."""

_LENGTH = 6
_PREFIX = "M"
_SEPARATORS = re.compile(r"[\s\-‐-―._]+")


def new_reference() -> str:
    """A random reference; the database refuses one that is taken."""
    return f"{_PREFIX}-{''.join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))}"


def normal_reference(text: str) -> str | None:
    """The reference that somebody typed, or None if it cannot be one.

    Case, spaces and dashes do not matter, and the leading ``M`` may be missing.
    """
    letters = _SEPARATORS.sub("", text).upper().removeprefix(_PREFIX)
    if len(letters) != _LENGTH or any(letter not in _ALPHABET for letter in letters):
        return None
    return f"{_PREFIX}-{letters}"
