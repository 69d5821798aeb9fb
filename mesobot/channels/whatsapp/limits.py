"""What fits into a message, by the platform's documentation; in characters."""

from __future__ import annotations

from collections.abc import Sequence

from mesobot.channels.whatsapp.choices import LONGEST_VALUE
from mesobot.channels.whatsapp.splitting import length

LONGEST_TEXT = 4096
LONGEST_BODY = 1024
"""Text above buttons or a list; lists are documented with more, which not everybody allows."""
MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW, LONGEST_DESCRIPTION = 10, 24, 72
LONGEST_LIST_BUTTON = 20


def fit_buttons(titles: Sequence[str]) -> bool:
    """Whether these choices can be buttons."""
    return 0 < len(titles) <= MOST_BUTTONS and _fit(titles, LONGEST_BUTTON)


def fit_rows(titles: Sequence[str]) -> bool:
    """Whether these choices can be rows of a list."""
    return 0 < len(titles) <= MOST_ROWS and _fit(titles, LONGEST_ROW)


def _fit(titles: Sequence[str], longest: int) -> bool:
    distinct = len({title.strip() for title in titles}) == len(titles)
    return distinct and all(length(title) <= min(longest, LONGEST_VALUE) for title in titles)
