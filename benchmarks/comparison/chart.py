"""The chart of docs/benchmarks.md: an SVG of three panels, drawn from the results of a run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from html import escape

from benchmarks.comparison.bots import OURS, STOCK
from benchmarks.comparison.results import Results

# Told apart by people who do not see all colours (Okabe & Ito 2008), and dark enough on white.
_COLOURS = {OURS: "#0072b2", STOCK: "#d55e00"}
_NAMES = {OURS: "Mesobot", STOCK: "stock Rasa"}
_INK, _GRID = "#222222", "#d9d9d9"
_WIDTH, _HEIGHT = 1080, 430
_TOP, _BOTTOM = 110, 350
"""Of the panels."""
_TALL = _BOTTOM - _TOP
_TICKS = 4


class Panel:
    """A part of the picture with its own axes; collects what is drawn."""

    def __init__(self, left: float, width: float, most: float) -> None:
        """A panel whose vertical axis goes from 0 to a round figure above ``most``."""
        self.left, self.width = left, width
        self.top_value = _round_above(most)
        self.drawn: list[str] = []

    def y(self, value: float) -> float:
        """Where a value lies."""
        return _BOTTOM - _TALL * value / self.top_value

    def frame(self, title: str, across: str, up: str) -> None:
        """Title, grid and labels of the axes."""
        for tick in range(_TICKS + 1):
            value = self.top_value * tick / _TICKS
            y = self.y(value)
            self.drawn.append(
                f'<line x1="{self.left:.1f}" x2="{self.left + self.width:.1f}" y1="{y:.1f}" '
                f'y2="{y:.1f}" stroke="{_GRID if tick else _INK}"/>'
            )
            self.text(self.left - 8, y + 4, f"{value:g}", "end")
        middle = self.left + self.width / 2
        self.text(middle, _TOP - 24, title, "middle", bold=True)
        self.text(middle, _BOTTOM + 44, across, "middle")
        x, y = self.left - 46, (_TOP + _BOTTOM) / 2
        self.drawn.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" '
            f'transform="rotate(-90 {x:.1f} {y:.1f})">{escape(up)}</text>'
        )

    def text(
        self, x: float, y: float, words: str, anchor: str, *, bold: bool = False, fill: str = _INK
    ) -> None:
        """Words at a place."""
        weight = ' font-weight="bold"' if bold else ""
        self.drawn.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{weight}>'
            f"{escape(words)}</text>"
        )

    def bars(self, groups: Sequence[tuple[str, dict[str, float]]]) -> None:
        """Both bots' bars beside each other, for each group."""
        room = self.width / len(groups)
        wide = room * 0.36
        for number, (label, values) in enumerate(groups):
            middle = self.left + room * (number + 0.5)
            for bot, x in ((OURS, middle - wide), (STOCK, middle)):
                y = self.y(values[bot])
                self.drawn.append(
                    f'<rect x="{x + 1:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" '
                    f'height="{_BOTTOM - y:.1f}" fill="{_COLOURS[bot]}"/>'
                )
                self.text(x + wide / 2, y - 5, _short(values[bot]), "middle", fill=_COLOURS[bot])
            self.text(middle, _BOTTOM + 20, label, "middle")

    def lines(self, series: dict[str, dict[float, float]]) -> None:
        """One line for each bot."""
        places = list(next(iter(series.values())))
        first, last = places[0], places[-1]

        def x(place: float) -> float:
            part = (place - first) / (last - first) if last > first else 0.5
            return self.left + 14 + (self.width - 28) * part

        for bot, points in series.items():
            path = " ".join(
                f"{x(place):.1f},{self.y(value):.1f}" for place, value in points.items()
            )
            self.drawn.append(
                f'<polyline points="{path}" fill="none" stroke="{_COLOURS[bot]}" stroke-width="3"/>'
            )
            for place, value in points.items():
                self.drawn.append(
                    f'<circle cx="{x(place):.1f}" cy="{self.y(value):.1f}" r="4" '
                    f'fill="{_COLOURS[bot]}"/>'
                )
            for place in (places[0], places[-1]):
                at = x(place), self.y(points[place]) - 10
                self.text(*at, _short(points[place]), "middle", fill=_COLOURS[bot])
        for place in places:
            self.text(x(place), _BOTTOM + 20, f"{place:g}", "middle")


def chart(results: Results) -> str:
    """The picture as SVG."""
    both = {name: results.bots[name] for name in (OURS, STOCK)}
    turns, long, costs = _turns(results), _long(results), _costs(results)
    said = "; ".join(
        f"{_NAMES[name]}: {statistics.median(bot.loads[0].p50):.0f} ms a turn with one client"
        for name, bot in both.items()
    )
    legend = Panel(0, _WIDTH, 1)
    for bot, x in ((OURS, 72), (STOCK, 182)):
        legend.drawn.append(f'<rect x="{x}" y="48" width="14" height="14" fill="{_COLOURS[bot]}"/>')
        legend.text(x + 20, 60, _NAMES[bot], "start")
    legend.text(
        _WIDTH - 20,
        _HEIGHT - 8,
        f"{results.machine.cores} cores, {results.at[:10]}; lower is better everywhere",
        "end",
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="14" fill="{_INK}">',
            '<title id="t">Mesobot and stock Rasa, side by side</title>',
            f'<desc id="d">{escape(said)}. All figures stand in the tables.</desc>',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            '<text x="72" y="30" font-size="19" font-weight="bold">'
            "Mesobot and stock Rasa 3.6.21, same content, same machine, same run</text>",
            *legend.drawn,
            *turns.drawn,
            *long.drawn,
            *costs.drawn,
            "</svg>",
            "",
        ]
    )


def _turns(results: Results) -> Panel:
    loads = [results.bots[name].loads for name in (OURS, STOCK)]
    groups = [
        (
            str(mine.clients),
            {OURS: statistics.median(mine.p50), STOCK: statistics.median(other.p50)},
        )
        for mine, other in zip(*loads, strict=True)
    ]
    panel = Panel(72, 300, max(max(values.values()) for _, values in groups))
    panel.frame("Time of a turn", "clients at the same time", "median, ms")
    panel.bars(groups)
    return panel


def _long(results: Results) -> Panel:
    series = {
        name: {float(place): value for place, value in results.bots[name].length.items()}
        for name in (OURS, STOCK)
    }
    panel = Panel(450, 260, max(max(points.values()) for points in series.values()))
    panel.frame("One long conversation", "turns so far", "median, ms")
    panel.lines(series)
    return panel


def _costs(results: Results) -> Panel:
    both = {name: results.bots[name] for name in (OURS, STOCK)}
    stock = both[STOCK]
    groups = [
        (
            label,
            {name: 100 * figure / whole for name, figure in zip(both, figures, strict=True)},
        )
        for label, figures, whole in (
            (
                "start",
                [statistics.median(bot.start) for bot in both.values()],
                statistics.median(stock.start),
            ),
            ("memory", [bot.memory.resident for bot in both.values()], stock.memory.resident),
            ("model", [bot.megabytes for bot in both.values()], stock.megabytes),
        )
    ]
    panel = Panel(790, 270, max(max(values.values()) for _, values in groups))
    panel.frame("What it takes", "start-up, memory, size of the model", "% of stock's")
    panel.bars(groups)
    return panel


def _round_above(value: float) -> float:
    """A figure that four ticks divide well, with room for a label."""
    size = 1.0
    while value * 1.08 > size * 1000:
        size *= 10
    steps = (4, 8, 20, 40, 80, 120, 160, 200, 400, 600, 800, 1000)
    return next((s * size for s in steps if s * size >= value * 1.08), 1000 * size)


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004
