"""The digest's charts. Each stands beside figures that say the same to a screen reader."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from mesobot.insight.chats import ChatFigures, DayFigures
from mesobot.pages.drawing import box, chart, label, line, strip

_WIDTH, _HEIGHT = 560, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 4, 18, 40
_GAP = 0.34
"""Of the room of a column."""
_SERIES = (("one", "answered"), ("two", "to_clinic"), ("three", "unanswered"))
_MOST_NAMED_DAYS = 10
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_MOST_LINES = 4
_HOURS_HEIGHT = 150


def row_bar(share: float, style: str = "one", before: float | None = None) -> Markup:
    """A share of the longest bar, with a tick where it was in the period before."""
    parts = [line("rail", 0, 8, 100, 8)]
    if share:
        parts.append(box(f"fill {style}", 0, 5, max(share * 100, 1), 6, radius=1))
    if before is not None:
        place = min(max(before, 0.005), 0.995) * 100
        parts.append(line("reached", place, 2, place, 14))
    return strip(parts)


def split_bar(parts: Sequence[tuple[str, int]]) -> Markup:
    """One bar divided by counts; ``parts`` are styles with counts."""
    total = sum(count for _, count in parts) or 1
    drawn, place = [], 0.0
    for style, count in parts:
        width = 100 * count / total
        if width:
            drawn.append(box(f"fill {style}", place, 0, max(width - 0.4, 0.3), 16))
        place += width
    return strip(drawn)


def days_picture(days: Sequence[DayFigures]) -> Markup:
    """A column for each day: answered, passed to the clinic, without an answer."""
    highest = max((sum(_counts(day)) for day in days), default=0)
    top = _axis_end(highest)
    parts = _grid(top, _HEIGHT)
    room = (_WIDTH - _LEFT - _RIGHT) / len(days)
    every = -(-len(days) // _MOST_NAMED_DAYS)
    for number, day in enumerate(days):
        left = _LEFT + room * (number + _GAP / 2)
        base = float(_HEIGHT - _BOTTOM)
        for (style, _), count in zip(_SERIES, _counts(day), strict=True):
            height = (_HEIGHT - _TOP - _BOTTOM) * count / top
            if count:
                base -= height
                parts.append(box(f"fill {style}", left, base, room * (1 - _GAP), height, radius=2))
        middle = _LEFT + room * (number + 0.5)
        if sum(_counts(day)):
            parts.append(label(str(sum(_counts(day))), middle, base - 5, "middle", "figure"))
        if number % every == 0:
            parts.append(label(f"{day.day:%a}", middle, _HEIGHT - _BOTTOM + 17, "middle"))
            parts.append(label(f"{day.day.day}", middle, _HEIGHT - _BOTTOM + 32, "middle"))
    return chart("Questions by day", _WIDTH, _HEIGHT, parts)


def hours_picture(chats: ChatFigures) -> Markup:
    """A column for each hour of the day."""
    top = _axis_end(max(chats.hours))
    parts = _grid(top, _HOURS_HEIGHT)
    room = (_WIDTH - _LEFT - _RIGHT) / len(chats.hours)
    floor = _HOURS_HEIGHT - _BOTTOM
    for hour, count in enumerate(chats.hours):
        left = _LEFT + room * (hour + _GAP / 4)
        height = (floor - _TOP) * count / top
        if count:
            parts.append(
                box("fill two", left, floor - height, room * (1 - _GAP / 2), height, radius=2)
            )
        if hour % 3 == 0:
            middle = _LEFT + room * (hour + 0.5)
            parts.append(label(f"{hour:02}", middle, floor + 17, "middle"))
    return chart("Messages by hour of the day", _WIDTH, _HOURS_HEIGHT - 16, parts)


def _counts(day: DayFigures) -> tuple[int, ...]:
    return tuple(int(getattr(day, name)) for _, name in _SERIES)


def _axis_end(highest: int) -> int:
    step = _step(highest)
    return max(-(-highest // step) * step, step)


def _step(highest: int) -> int:
    return next((step for step in _STEPS if highest <= step * _MOST_LINES), _STEPS[-1])


def _grid(top: int, height: float) -> list[Markup]:
    parts = []
    for value in range(0, top + 1, _step(top)):
        y = height - _BOTTOM - (height - _TOP - _BOTTOM) * value / top
        parts.append(line("grid", _LEFT, y, _WIDTH - _RIGHT, y))
        parts.append(label(str(value), _LEFT - 8, y + 4, "end"))
    return parts
