"""Matches the wordings of ``clinic/red_flags.yml`` in a message.

A wording is a line of words for people to read and edit; it becomes a regular expression
over the message's plain form (lower case, no accents, no apostrophes, one space).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

WORDS_BETWEEN = 4
WORDS_BEFORE = 3
WORDS_EARLIER = 4

_APOSTROPHES = re.compile(r"['’`´]")
_SENTENCE_END = re.compile(r"[.!?;\n…]+")
_OTHER = re.compile(r"[^\w.]+")
_GAP = "..."
_CORRECTED_FROM = 6
"""Letters of a word from which one wrong, missing, doubled or swapped letter is forgiven."""


def plain(text: str) -> str:
    """Lower case, no accents, no apostrophes; ``.`` alone stands between sentences."""
    lowered = unicodedata.normalize("NFKD", text.replace("İ", "i").replace("ı", "i").lower())
    letters = "".join(c for c in lowered if not unicodedata.combining(c))
    sentences = _SENTENCE_END.split(_APOSTROPHES.sub("", letters))
    return " . ".join(words for s in sentences if (words := _OTHER.sub(" ", s).strip()))


def compile_wordings(
    wordings: Iterable[str], lists: Mapping[str, Sequence[str]]
) -> re.Pattern[str] | None:
    """One expression for several wordings; None without any.

    Raises:
        ValueError: if a wording uses a list that does not exist.
    """
    found = [_expression(wording, lists) for wording in wordings]
    # Where no word begins, no wording is tried: with the condition in each of them, all would be.
    return re.compile(rf"(?<!\S)(?:{'|'.join(found)})(?!\S)") if found else None


def _expression(wording: str, lists: Mapping[str, Sequence[str]]) -> str:
    parts: list[str] = []
    for item in wording.split():
        if item == _GAP:
            parts[-1] += rf"(?: [^ .]+){{0,{WORDS_BETWEEN}}}"
            continue
        alternatives: list[str] = []
        for choice in item.split("|"):
            if choice.startswith("<"):
                name = choice.strip("<>")
                if name not in lists:
                    raise ValueError(f"'{wording}' uses the list '{name}', which does not exist")
                alternatives += lists[name]
            else:
                alternatives.append(choice)
        parts.append("(?:" + "|".join(map(_word, alternatives)) + ")")
    return " ".join(parts)


def _word(word: str) -> str:
    normal = plain(word.rstrip("*"))
    return re.escape(normal).replace(r"\ ", " ") + (r"[^ .]*" if word.endswith("*") else "")


class Spelling:
    """Puts small misspellings of the words that matter right."""

    def __init__(self, words: Iterable[str]) -> None:
        """Learn the words worth correcting to: those of six letters or more."""
        self._words = sorted({word for word in words if len(word) >= _CORRECTED_FROM})
        self._known = set(self._words)
        self._corrected = lru_cache(maxsize=4096)(self._correct)

    def correct(self, text: str) -> str:
        """The plain text with each nearly known word replaced by the known one."""
        return " ".join(map(self._corrected, text.split(" ")))

    def _correct(self, word: str) -> str:
        if len(word) < _CORRECTED_FROM or word in self._known:
            return word
        for known in self._words:
            if word[0] == known[0] and OSA.distance(word, known, score_cutoff=1) <= 1:
                return known
        return word
