"""The few words that are about the channel itself, as every patient of a messenger expects them."""

from __future__ import annotations

import re
from enum import Enum

FORGET_ME = "forget me"
"""What ERASE stands for in the dialogue, which asks once more before it erases."""


class Wish(Enum):
    """What somebody wants from the channel."""

    STOP = "stop"
    START = "start"
    ERASE = "erase"


_WORDS = {
    "stop": Wish.STOP,
    "stop all": Wish.STOP,
    "stopall": Wish.STOP,
    "unsubscribe": Wish.STOP,
    "opt out": Wish.STOP,
    "optout": Wish.STOP,
    "start": Wish.START,
    "unstop": Wish.START,
    "erase": Wish.ERASE,
    "delete": Wish.ERASE,
    FORGET_ME: Wish.ERASE,
}


def wish_of(text: str) -> Wish | None:
    """The wish that a message consists of, if it is one of these words and nothing else."""
    words = re.sub(r"[^\w\s]", "", text).split()
    return _WORDS.get(" ".join(words).lower())
