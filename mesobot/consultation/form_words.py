"""The words by which patients agree, refuse, stop, ask why, or name a choice.

Consent and sending need a plain yes: one with a condition, a doubt or a question is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from rapidfuzz import fuzz, process

from mesobot.consultation.request import Way

_Key = TypeVar("_Key", bound=str)

_ALIKE_FROM = 80
"""Similarity, 0 to 100, from which a text names a choice."""
_STOP = re.compile(
    r"^\W*(?:please\s+|ok\s+|no\W+|nah\W+)?(?:cancel|stop|quit|exit|abort|start over|"
    r"i changed my mind|leave it|not now|iptal|vazgeçtim)\b(?:.{0,25}$|\s*[,.!;].*$)"
    r"|\bno form\b|\b(?:do not|don.?t|dont) want (?:to be contacted|(?:a|the|this|any|your) form)\b"
    r"|\b(?:forget it|never ?mind)\b",
    re.IGNORECASE,
)
_REFUSES_TO_GIVE = re.compile(
    r"\b(?:do not|don.?t|will not|won.?t|rather not)\b.{0,15}\b(?:give|tell|share)\b"
    r".{0,15}\bmy\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\bwhy\b.{0,40}\b(?:need|ask|want|know|give|necessary)\b"
    r"|\bwhat (?:do you need|is|are) (?:it|that|this) for\b|\bwhat for\b|^\W*why\W*$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok|okay|of course|correct|right|i agree|agreed?|evet|"
    r"please do|go ahead|y|ja|si|all good|that.?s right)\b",
    re.IGNORECASE,
)
_NO_PLAIN_YES = re.compile(
    r"\?|\b(?:not|no|never|\w+n.t|dont|cant|wont|but|except|unless|without|wait|maybe|what|why|"
    r"how|change|wrong|instead|different|edit|update|fix|other)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"^\W*(?:no|nope|nah|i do not|i don.?t|hayır|hayir|n|nein|never)\b", re.IGNORECASE)
_NO_REFUSAL = re.compile(r"\?|^\W*no (?:problem|worries|objection)", re.IGNORECASE)
_WAYS = {
    Way.WHATSAPP: (
        *("whatsapp", "whats app", "watsapp", "whatsap", "watsap", "whatsup", "wattsapp", "vatsap"),
        *("wp", "wapp", "phone", "text me"),
    ),
    Way.EMAIL: ("e-mail", "email", "mail", "e mail"),
}
_WISHED = (
    r"\b(?:by|via|with|per|rather|(?<!to )use|prefer|through)\s+(?:my\s+|an?\s+)?(?:{way})\b"
    r"|\b(?:{way})\s+(?:instead|please|pls|is better|me)\b"
    r"|\bme\b[^.?!]{{0,20}}\b(?:an?|on|over|in|to)\s+(?:my\s+)?(?:{way})\b"
)
_WAY_WORDS = {
    Way.WHATSAPP: r"wh?ats? ?app|whatsup|vatsap|text(?= me)",
    Way.EMAIL: r"e[- ]?mail|mail",
}
_WISHED_WAYS = {
    way: re.compile(_WISHED.format(way=words), re.IGNORECASE) for way, words in _WAY_WORDS.items()
}
_NAMED_WAYS = {
    way: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for way, words in _WAY_WORDS.items()
}
_CORRECTED_NAME = re.compile(
    r"\bname (?:is|should be|must be)\s+(?!wrong|not\b|misspel)(?P<name>[^\W\d_][^\s,.!?]*"
    r"(?:\s(?=[A-Z])[^\s,.!?]+){0,2})"
)
_CHANGE = re.compile(
    r"^\W*(?:no|please|sorry|can i|could i|i want to|i need to|wait|[\s,.!])*"
    r"(?:change|correct|edit|fix) (?:my |the )?(?P<what>.{0,25})$",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:change|correct|edit|update|fix|wrong|other|another|instead)\b", re.IGNORECASE
)
_DELETES = re.compile(r"\b(?:delet|eras|remov|forget (?!it)|wipe|destroy)", re.IGNORECASE)
_THIS_NUMBER = re.compile(
    r"^\W*(?:(?:use|on|at|it.?s|to)\s+)*(?:this|that|the same|same|my|here)"
    r"(?:\s+(?:one|number|here|is (?:fine|ok|good|right)|please))*\W*$",
    re.IGNORECASE,
)
_ANOTHER_NUMBER = re.compile(r"\b(?:another|different|other|new)\b", re.IGNORECASE)
_UNWANTED = re.compile(
    r"\b(?:no|not|without|(?:don.?t|do not) (?:have|use|want))\s+(?:by\s+|my\s+|an?\s+|any\s+)?$",
    re.IGNORECASE,
)


def means_this_number(text: str) -> bool:
    """Whether the number in question is the right one: "this one", "my number", "same"."""
    return _THIS_NUMBER.match(text) is not None


def means_another(text: str) -> bool:
    """Whether another number is meant than the one in question."""
    return _ANOTHER_NUMBER.search(text) is not None


def corrects(text: str) -> bool:
    """Whether an answer is to be another one."""
    return _CORRECTS.search(text) is not None


def deletes(text: str) -> bool:
    """Whether something is to be deleted."""
    return _DELETES.search(text) is not None


def wants_to_stop(text: str) -> bool:
    """Whether the form is to be left."""
    return _STOP.search(text) is not None


def refuses_to_give(text: str) -> bool:
    """Whether somebody does not want to tell what was asked: "I don't want to give my number"."""
    return _REFUSES_TO_GIVE.search(text) is not None


def asks_why(text: str) -> bool:
    """Whether somebody wants to know what an answer is needed for."""
    return _WHY.search(text) is not None


def says_yes(text: str) -> bool:
    """Whether this is a plain yes, with no condition, doubt or question."""
    return _YES.match(text) is not None and not _NO_PLAIN_YES.search(text)


def says_no(text: str) -> bool:
    """Whether this refuses."""
    return _NO.match(text) is not None and not _NO_REFUSAL.search(text)


def named_way(text: str) -> Way | None:
    """The one way to be reached that is named and wanted, if it is only one."""
    words = text.lower()
    named = [way for way, names in _WAYS.items() if any(_wanted(words, name) for name in names)]
    return named[0] if len(named) == 1 else None


def wished_way(text: str) -> Way | None:
    """The way that somebody wants to be reached by, or the one that is left.

    "Email me please", "by WhatsApp", "I have no email, WhatsApp me", "no WhatsApp please".
    """
    unwanted = {
        way
        for way, names in _NAMED_WAYS.items()
        if any(_UNWANTED.search(text[: found.start()]) for found in names.finditer(text))
    }
    wished = {way for way, wish in _WISHED_WAYS.items() if wish.search(text)} - unwanted
    left = wished or (set(Way) - unwanted if unwanted else wished)
    return left.pop() if len(left) == 1 else None


def corrected_name(text: str) -> str | None:
    """The name in "yes ok but my name should be Hannah, i typed it wrong"."""
    found = _CORRECTED_NAME.search(text)
    return found["name"] if found else None


def wants_to_change(text: str, words_of: Mapping[_Key, Sequence[str]]) -> _Key | None:
    """What somebody asks to change: "change my name please"."""
    found = _CHANGE.match(text)
    return named(found["what"], words_of) if found else None


def named(text: str, words_of: Mapping[_Key, Sequence[str]]) -> _Key | None:
    """The first key of which a word stands in the text."""
    words = text.lower()
    return next(
        (key for key, names in words_of.items() if any(_has(words, n) for n in names)), None
    )


def chosen(text: str, labels: Sequence[str]) -> int | None:
    """Index of the label that a number ("2", "no 2") or something close to it selects."""
    match = re.fullmatch(r"\W*(?:(?:no|nr|number|option)\W*)?(\d{1,2})\W*", text, re.IGNORECASE)
    if match:
        number = int(match[1])
        return number - 1 if 1 <= number <= len(labels) else None
    lowered = [label.lower() for label in labels]
    best = process.extractOne(text.lower(), lowered, scorer=fuzz.token_set_ratio)
    return best[2] if best and best[1] >= _ALIKE_FROM else None


def _has(words: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words) is not None


def _wanted(words: str, name: str) -> bool:
    """Whether words name something, other than to say that it is not wanted."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)
    return found is not None and not _UNWANTED.search(words[: found.start()])
