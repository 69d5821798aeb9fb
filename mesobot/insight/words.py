"""Which words may be shown: those that many people use, and no names.

Asking "is this a name?" finds only the names that somebody listed. So it is asked the other way
round: a word is shown when it is known to be an ordinary one, and everything else is masked.
Known are the words of our own texts and examples, and the whole words of the sentence encoder's
vocabulary (21 000 frequent English ones); the names among them stand in ``names.txt``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from mesobot.nlu.topic_model import normalise

_NAMES = Path(__file__).with_name("names.txt")
_TOKENIZER = "tokenizer.json"
_WORD = re.compile(r"[^\W\d_]+")
_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "est", "y")
_SHORTEST_STEM = 3
_SHORTEST_SLIP = 6
"""Letters from which a word with one slip is still recognised."""


class Words:
    """Tells ordinary words from others.

    Args:
        own: words of our own texts, lower case, without diacritics.
        frequent: frequent words of the language, alike.
        names: words that are names as a rule, alike.
    """

    def __init__(
        self, own: Collection[str], frequent: Collection[str], names: Collection[str]
    ) -> None:
        self._names = frozenset(names)
        self._own = frozenset(own) - self._names
        self._ordinary = self._own | (frozenset(frequent) - self._names)
        self._slips = lru_cache(maxsize=4096)(self._is_slip)

    def is_name(self, word: str) -> bool:
        """Whether it is a name as a rule."""
        return normalise(word) in self._names

    def is_ours(self, word: str) -> bool:
        """Whether our own texts use it."""
        return normalise(word) in self._own

    def is_ordinary(self, word: str) -> bool:
        """Whether it is known and no name, perhaps with an ending or, in lower case, a slip."""
        plain = normalise(word)
        if plain in self._names:
            return False
        if plain in self._ordinary:
            return True
        for ending in _ENDINGS:
            stem = plain.removesuffix(ending)
            if stem != plain and len(stem) >= _SHORTEST_STEM:
                if stem in self._names:
                    return False
                if stem in self._ordinary:
                    return True
        return word.islower() and len(plain) >= _SHORTEST_SLIP and self._slips(plain)

    def _is_slip(self, plain: str) -> bool:
        return any(
            abs(len(own) - len(plain)) <= 1
            and len(own) >= _SHORTEST_SLIP
            and own[0] == plain[0]
            and Levenshtein.distance(own, plain, score_cutoff=1) <= 1
            for own in self._own
        )


def load_words(folders: Iterable[Path], encoder: Path) -> Words:
    """The words of the files in some folders, and of the encoder if it is there.

    Args:
        folders: with our own texts (YAML).
        encoder: folder of the sentence encoder; without it more is masked.
    """
    own = {
        normalise(word)
        for folder in folders
        for path in folder.rglob("*.yml")
        for word in _WORD.findall(path.read_text(encoding="utf-8"))
    }
    names = {
        line for line in _NAMES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    }
    return Words(own, _frequent(encoder / _TOKENIZER), names)


def _frequent(tokenizer: Path) -> set[str]:
    """The vocabulary's whole words; its parts of words begin with ``##``."""
    if not tokenizer.is_file():
        return set()
    vocabulary = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    return {word for word in vocabulary if _WORD.fullmatch(word)}
