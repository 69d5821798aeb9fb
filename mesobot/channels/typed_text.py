"""What a patient typed, made fit to be kept, shown and handed to Rasa."""

from __future__ import annotations

import unicodedata

_CONTROL = ("Cc", "Cs")
_INVISIBLE = (*_CONTROL, "Cf", "Zs", "Zl", "Zp")
_SLASHES = frozenset("/\\⁄∕")


def presentable(text: str) -> str:
    """The text without what databases and other programs choke on; line breaks stay."""
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in _CONTROL)
    return "".join(kept).strip()


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen."""
    return all(unicodedata.category(c) in _INVISIBLE for c in text)


def without_command(text: str) -> str:
    r"""The text without a slash at its beginning, of any kind and behind anything invisible.

    Rasa would read ``/intent{"slot": "x"}`` and ``/restart`` as commands instead of words.
    """
    for index, character in enumerate(text):
        folded = unicodedata.normalize("NFKC", character)
        if unicodedata.category(character) not in _INVISIBLE and folded not in _SLASHES:
            return text[index:]
    return ""
