"""What `mesobot doctor` finds, and how it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text


class Level(str, Enum):
    """How bad it is."""

    FINE = "fine"
    NOTE = "note"  # works, but somebody should know
    FAILS = "fails"  # something does not work, or would not


_MARKS = {Level.FINE: "✔", Level.NOTE: "!", Level.FAILS: "✘"}
_STYLES = {Level.FINE: "green", Level.NOTE: "yellow", Level.FAILS: "bold red"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. No text of it holds a secret or a patient's data.

    Attributes:
        topic: what was looked at.
        sentence: what is the case.
        next_step: what to do about it, or empty.
    """

    level: Level
    topic: str
    sentence: str
    next_step: str = ""


def fine(topic: str, sentence: str) -> Finding:
    """All well."""
    return Finding(Level.FINE, topic, sentence)


def note(topic: str, sentence: str, next_step: str = "") -> Finding:
    """Works, but somebody should know."""
    return Finding(Level.NOTE, topic, sentence, next_step)


def fails(topic: str, sentence: str, next_step: str) -> Finding:
    """Something does not work, or would not."""
    return Finding(Level.FAILS, topic, sentence, next_step)


def something_fails(findings: Sequence[Finding]) -> bool:
    """Whether anything does not work, or would not."""
    return any(each.level is Level.FAILS for each in findings)


def as_table(findings: Sequence[Finding]) -> RenderableType:
    """A line for each finding: mark, topic, what is the case and what to do."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in findings:
        text = Text(each.sentence)
        if each.next_step:
            text.append(f" → {each.next_step}", style="bold")
        table.add_row(Text(_MARKS[each.level], style=_STYLES[each.level]), each.topic, text)
    return table


def summary(findings: Sequence[Finding]) -> str:
    """The sentence below the table."""
    failing = sum(each.level is Level.FAILS for each in findings)
    notes = sum(each.level is Level.NOTE for each in findings)
    if failing:
        return f"{failing} thing(s) would fail, {notes} to know about."
    return f"Nothing would fail, {notes} thing(s) to know about." if notes else "All well."


def as_json(findings: Sequence[Finding]) -> str:
    """``{"fails": …, "findings": [{"level", "topic", "sentence", "next_step"}, …]}``."""
    listing = [{**asdict(each), "level": each.level.value} for each in findings]
    content = {"fails": something_fails(findings), "findings": listing}
    return json.dumps(content, ensure_ascii=False, indent=2)
