"""Figures in words: for tiles, sentences and the mail."""

from __future__ import annotations

from datetime import timedelta

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def percent(share: float | None) -> str:
    """A share in whole per cent, or a dash of nothing."""
    return "–" if share is None else f"{share * 100:.0f} %"


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 question``, ``3 questions``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def length(time: timedelta) -> str:
    """A time roughly: ``5 minutes``, ``3 hours``, ``2 days``."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour")):
        if time >= 2 * unit:
            return counted(round(time / unit), name)
    return counted(max(round(time / _MINUTE), 0), "minute")


def change(now: int, before: int | None) -> str:
    """How a count compares with the period before: ``3 more``, ``as many``."""
    if before is None:
        return ""
    if now == before:
        return f"as many as before ({before})"
    return f"{abs(now - before)} {'more' if now > before else 'fewer'} than before ({before})"


def listed(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
