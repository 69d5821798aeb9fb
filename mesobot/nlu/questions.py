"""Cuts a message into the questions that it may hold.

Only *where* a cut is possible is decided here, from punctuation and from the little words
that begin a question; whether the pieces are really different questions is decided by what
they are about (see ``cutting.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


def words(text: str) -> frozenset[str]:
    """A set of words, written in one line."""
    return frozenset(text.split())


_ENDS = frozenset({".", "?", "!", "…", ";", "...", "..", "??", "???", "!!", "?!", "!?"})
_END_MARKS = frozenset("?!.")
_JOINERS = words("& + , - / also and but n or plus so then")
_ASKING = words(
    "what whats what's wat how hows how's when whens where wheres which who whos why wich hw "
    "until since"
)
_CONTRACTED = words("whats what's hows how's whens wheres whos")
"""A question word and its verb in one."""
_AUXILIARIES = words(
    "is are am was were do does did can could will would should shall may might must has have "
    "dose doe cn wil isn't aren't don't doesn't can't won't any"
)
_REQUESTING = words("tell explain please pls kindly send give show describe book")
_SUBJECTS = words(
    "i it u you we they he she this that these those there the my your ur a an one people "
    "someone anyone everybody results it's men women"
)
_HOW = frozenset(("how", word) for word in ("long", "much", "many", "often", "soon", "far", "bad"))
"""Terse questions: "bruises how long"."""
_SHORTEST = 2
"""Words after an auxiliary without which it begins no question: "… if someone bad does it"."""
_RELATIVE = words("since until when where which who whos")
_NOT_ASKING = frozenset(
    (verb, thing)
    for verb in ("do", "have", "has", "need")
    for thing in ("it", "this", "that", "these", "those", "the", "my", "your", "a", "an", "one")
)
"""Verb and object rather than auxiliary and subject: "can men do it too"."""
_INDIRECT = words(
    "know tell explain say ask asks asking asked wonder wondering about on of for to in see "
    "understand sure depends that than matter idea with exactly at from by like me if whether "
    "no and into during"
)


@dataclass(frozen=True)
class Piece:
    """A stretch of a message that is not cut any further.

    Attributes:
        tokens: spaCy tokens, a joining "and" or comma included.
        asks: whether its form is that of a question.
    """

    tokens: tuple[Any, ...]
    asks: bool


def pieces(document: Any, most: int) -> list[Piece]:
    """The first pieces of a spaCy document, in order; at most ``most``: see ``all_pieces``."""
    return all_pieces(document, most)[:most]


def all_pieces(document: Any, most: int) -> list[Piece]:
    """The pieces of a spaCy document, in order.

    A message is cut at every joiner if that gives at most ``most`` pieces, otherwise only where
    a question begins, or only between sentences; of these there may be more.
    """
    clauses = [clause for tokens in _sentences(document) for clause in _clauses(tokens)]
    parts = [part for clause in clauses for part in _parts(clause)]
    for cut in (parts, clauses, list(_sentences(document))):
        found = [Piece(tuple(tokens), _asks(tokens)) for tokens in cut if _text(tokens)]
        if len(found) <= most:
            break
    return found


def text_of(some: Sequence[Piece]) -> str:
    """Neighbouring pieces as typed, without joiners around them."""
    return _text([token for piece in some for token in piece.tokens])


def sentences(document: Any) -> list[str]:
    """The sentences of a message, as typed but for the full stop."""
    return [text for tokens in _sentences(document) if (text := _text(tokens))]


def _sentences(document: Any) -> Iterator[list[Any]]:
    current: list[Any] = []
    for token in document:
        text = token.text
        if "\n" in text:
            yield current
            current = []
            continue
        current.append(token)
        if text in _ENDS or (len(text) > 1 and _END_MARKS.issuperset(text)):
            following = document[token.i + 1] if token.i + 1 < len(document) else None
            if following is not None and following.text in _ENDS:
                continue  # "?!" and "..." end once
            yield current
            current = []
    yield current


def _clauses(tokens: list[Any]) -> Iterator[list[Any]]:
    """Cut before a word that begins another question."""
    current: list[Any] = []
    asked = helped = False  # whether a question word, an auxiliary has been seen
    for index, token in enumerate(tokens):
        word = token.lower_
        following = tokens[index + 1].lower_ if index + 1 < len(tokens) else ""
        before = tokens[index - 1].lower_ if index else ""
        joined = before in _JOINERS
        begins = False
        if current and word in _ASKING:
            begins = (joined and (asked or helped or len(current) > _SHORTEST)) or (
                (helped or asked)
                and bool(following)
                and word not in _RELATIVE
                and before not in _INDIRECT
                and before not in _AUXILIARIES
            )
        elif current and word in _AUXILIARIES and following in _SUBJECTS:
            begins = joined or (
                helped
                and sum(later.is_alpha for later in tokens[index + 1 :]) >= _SHORTEST
                and before not in _ASKING
                and before not in _INDIRECT
                and (word, following) not in _NOT_ASKING
            )
        if begins:
            yield current
            current, asked, helped = [], False, False
        current.append(token)
        asked = asked or word in _ASKING
        helped = helped or word in _AUXILIARIES or word in _CONTRACTED
    yield current


def _parts(tokens: list[Any]) -> Iterator[list[Any]]:
    """Cut before every joiner that has words before it."""
    current: list[Any] = []
    for token in tokens:
        if token.lower_ in _JOINERS and _text(current):
            yield current
            current = []
        current.append(token)
    yield current


def _asks(tokens: list[Any]) -> bool:
    if any("?" in token.text for token in tokens):
        return True
    typed = [token.lower_ for token in tokens if token.lower_ not in _JOINERS]
    return (
        (bool(typed) and (typed[0] in _ASKING or typed[0] in _AUXILIARIES))
        or (bool(typed) and typed[-1] in _ASKING)
        or any(word in _REQUESTING for word in typed[:4])
        or any(pair in _HOW for pair in pairwise(typed))
        or any(pair[0] in _AUXILIARIES and pair[1] in _SUBJECTS for pair in pairwise(typed))
    )


def _text(tokens: list[Any]) -> str:
    """The tokens as typed, without joiners and full stops around them; only if there are words."""
    while tokens and tokens[0].lower_ in _JOINERS:
        tokens = tokens[1:]
    while tokens and tokens[-1].lower_ in _JOINERS:
        tokens = tokens[:-1]
    text = "".join(token.text_with_ws for token in tokens).strip().rstrip(" .!…")
    return text if any(c.isalnum() for c in text) else ""
