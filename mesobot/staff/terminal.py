"""Tables on the terminal, and whole lines when the output goes into a file or a pipe."""

from __future__ import annotations

import os
import sys

from rich.console import Console, RenderableType

_PIPED_WIDTH = 1000  # nothing is folded: each request stays on a line that can be searched
_JOINERS = "\u200c\u200d"  # part of how names are written in some languages


def terminal_width() -> int | None:
    """Columns of the terminal, or None if there is none (``COLUMNS`` counts as one)."""
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS"):
        return None
    return Console().width


def show(table: RenderableType) -> None:
    """Print a table; without colours and folded lines unless somebody reads along."""
    console = Console(width=terminal_width() or _PIPED_WIDTH, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(table)
    lines = captured.get().splitlines()
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in lines))


def visible(text: str) -> str:
    """The text without anything that a terminal would obey instead of show."""
    return "".join(
        c if c.isprintable() or c in _JOINERS else "\N{REPLACEMENT CHARACTER}" for c in text
    )
