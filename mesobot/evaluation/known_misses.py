"""The held-out messages that we are known to get wrong: a list that may only shrink.

A share alone hides that a new model gains in one place what it loses in another.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from mesobot.evaluation.run import Entry, Outcome


@dataclass(frozen=True, order=True)
class Message:
    """A held-out message: its file, and its text (turns are parted by ``SEPARATOR``)."""

    file: str
    text: str


SEPARATOR = " → "


@dataclass(frozen=True)
class Comparison:
    """Today's misses beside the known ones, each sorted.

    Attributes:
        new: missed today, but not known.
        mended: known, but right today.
        vanished: known, but no held-out message any more.
    """

    new: tuple[Message, ...]
    mended: tuple[Message, ...]
    vanished: tuple[Message, ...]


def message_of(entry: Entry) -> Message:
    """Under which name a held-out message stands in the list."""
    return Message(entry.file, SEPARATOR.join(entry.turns))


def misses(outcomes: Iterable[Outcome[Entry]]) -> list[Message]:
    """The messages whose last reply is wrong, sorted."""
    return sorted({message_of(each.entry) for each in outcomes if not each.right})


def compare(outcomes: Collection[Outcome[Entry]], known: Collection[Message]) -> Comparison:
    """What changed since the list of known misses was written."""
    held_out = {message_of(each.entry) for each in outcomes}
    missed = set(misses(outcomes))
    listed = set(known)
    return Comparison(
        new=tuple(sorted(missed - listed)),
        mended=tuple(sorted(listed & held_out - missed)),
        vanished=tuple(sorted(listed - held_out)),
    )


def read_known_misses(path: Path) -> list[Message]:
    """The list of a file; none is an empty list.

    Raises:
        ValueError: if the file holds no such list.
    """
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [Message(str(entry["file"]), str(entry["text"])) for entry in entries]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: no list of known misses ({error!r})") from error


def write_known_misses(
    path: Path, outcomes: Collection[Outcome[Entry]], allow_growth: bool
) -> tuple[Message, ...]:
    """Write today's misses, so that the list forgets what is right by now.

    Args:
        path: the file.
        outcomes: of all held-out messages.
        allow_growth: whether misses may be added that were not known.

    Returns:
        The misses that were not added.
    """
    known = read_known_misses(path)
    refused = () if allow_growth else compare(outcomes, known).new
    listed = [message for message in misses(outcomes) if message not in refused]
    lines = [
        json.dumps({"file": message.file, "text": message.text}, ensure_ascii=False)
        for message in listed
    ]
    path.write_text("[\n  " + ",\n  ".join(lines) + "\n]\n" if lines else "[]\n", encoding="utf-8")
    return refused
