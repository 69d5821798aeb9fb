"""Pictures of the report, drawn as SVG; colours come from the page's style sheet.

The charts are small (400 units wide), so that their text stays readable on a phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

from mesobot.evaluation.confidence import Calibration, SweepPoint
from mesobot.evaluation.confusion import Confusion
from mesobot.evaluation.goals import Goal
from mesobot.evaluation.proportion import Proportion
from mesobot.pages.drawing import box, chart, line, strip

_WIDTH, _HEIGHT = 400, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 14, 42
_LITTLE, _HALF = 0.2, 0.5
"""Where a goal's line ends or begins, when all that it shows lies on that side."""
_CELL = 24
_LETTER = 6.3
"""Width of a letter of the matrix' labels."""
_OVERHANG = 90
"""Room for the end of the last slanted name."""


def interval_bar(reached: Proportion) -> Markup:
    """A share and its interval on a line from 0 to 100 %."""
    return _bar(reached, 0.0, 1.0)


def goal_bar(goal: Goal) -> Markup:
    """The same with a tick at the target, on the part of the line that matters."""
    if goal.at_most:
        end = _LITTLE if goal.reached.high <= _LITTLE else 1.0
        return _bar(goal.reached, 0.0, end, goal.target)
    start = _HALF if goal.reached.low >= _HALF else 0.0
    return _bar(goal.reached, start, 1.0, goal.target)


def _bar(reached: Proportion, start: float, end: float, target: float | None = None) -> Markup:
    def place(share: float) -> float:
        return min(max((share - start) / (end - start), 0.005), 0.995) * 100

    parts = [
        line("rail", 0, 8, 100, 8),
        box("span", place(reached.low), 5, place(reached.high) - place(reached.low), 6, radius=1),
    ]
    if reached.share is not None:
        parts.append(_tick("reached", place(reached.share), 2))
    if target is not None:
        parts.append(_tick("goal", place(target), 0))
    return strip(parts)


def _tick(style: str, place: float, top: int) -> Markup:
    return line(style, place, top, place, 16 - top)


def sweep_picture(points: Sequence[SweepPoint], answer_at: float) -> Markup:
    """Coverage, selective accuracy and off-topic answers over the threshold."""
    curves: tuple[tuple[str, Callable[[SweepPoint], Proportion]], ...] = (
        ("one", lambda point: point.coverage),
        ("two", lambda point: point.selective_accuracy),
        ("three", lambda point: point.off_topic_answered),
    )
    parts = [_axes("answered from this confidence on")]
    for style, figure in curves:
        shares = [(point.threshold, figure(point).share) for point in points]
        parts.append(_line(style, [(x, y) for x, y in shares if y is not None]))
    parts.append(
        Markup(
            '<line class="goal" x1="{0:.1f}" y1="{1}" x2="{0:.1f}" y2="{2}"/>'
            '<text x="{3:.1f}" y="{4}">today {5:.2f}</text>'
        ).format(_x(answer_at), _TOP, _HEIGHT - _BOTTOM, _x(answer_at) + 5, _y(0.5), answer_at)
    )
    return chart("Coverage and accuracy by confidence threshold", _WIDTH, _HEIGHT, parts)


def reliability_picture(calibration: Calibration) -> Markup:
    """How often guesses are right, by their confidence; on the diagonal both are equal."""
    parts = [_axes("confidence"), _line("even", [(0.0, 0.0), (1.0, 1.0)])]
    largest = max(each.right.total for each in calibration.bins)
    for each in calibration.bins:
        height = 36 * each.right.total / largest
        width = _x(each.high) - _x(each.low) - 2
        parts.append(box("count", _x(each.low) + 1, _y(0) - height, width, height))
        parts.append(
            Markup(
                '<line class="whisker" x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}"/>'
                '<circle class="point" cx="{0:.1f}" cy="{3:.1f}" r="4"/>'
            ).format(
                _x(each.mean_confidence),
                _y(each.right.low),
                _y(each.right.high),
                _y(each.right.share or 0.0),
            )
        )
    return chart("How often guesses are right, by confidence", _WIDTH, _HEIGHT, parts)


def confusion_picture(cells: Sequence[Confusion]) -> Markup:
    """The rows and columns of the confusion matrix in which something is wrong."""
    wrong = [cell for cell in cells if cell.asked != cell.understood]
    rows = sorted({cell.asked for cell in wrong})
    columns = sorted({cell.understood for cell in wrong})
    left, top = _room(rows), _room(columns)
    right, bottom = left + _CELL * len(columns), top + _CELL * len(rows)
    parts = []
    for number, topic in enumerate(rows):
        parts.append(_row(topic, left, right, middle=top + _CELL * (number + 0.5)))
    for number, topic in enumerate(columns):
        parts.append(_column(topic, top, bottom, middle=left + _CELL * (number + 0.5)))
    for cell in cells:
        if cell.asked in rows and cell.understood in columns:
            place = columns.index(cell.understood), rows.index(cell.asked)
            parts.append(_cell(cell, left + _CELL * place[0], top + _CELL * place[1]))
    return Markup(
        '<svg class="matrix" width="{0:.0f}" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}" '
        'role="img"><title>Confusion matrix</title>{2}</svg>'
    ).format(right + _OVERHANG, bottom + 4, Markup("").join(parts))


def _room(topics: Sequence[str]) -> float:
    return _LETTER * max(map(len, topics), default=0) + 12


def _row(topic: str, left: float, right: float, middle: float) -> Markup:
    return Markup(
        '<line class="grid" x1="{0:.1f}" y1="{1:.1f}" x2="{2:.1f}" y2="{1:.1f}"/>'
        '<text x="{3:.1f}" y="{4:.1f}" text-anchor="end">{5}</text>'
    ).format(left, middle, right, left - 8, middle + 4, topic)


def _column(topic: str, top: float, bottom: float, middle: float) -> Markup:
    return Markup(
        '<line class="grid" x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}"/>'
        '<text transform="translate({3:.1f} {4:.1f}) rotate(-58)">{5}</text>'
    ).format(middle, top, bottom, middle + 2, top - 8, topic)


def _cell(cell: Confusion, x: float, y: float) -> Markup:
    style = "right" if cell.asked == cell.understood else "wrong"
    return Markup(
        '<rect class="{0}" x="{1:.1f}" y="{2:.1f}" width="{3}" height="{3}" rx="4"/>'
        '<text class="number" x="{4:.1f}" y="{5:.1f}" text-anchor="middle">{6}</text>'
    ).format(style, x + 1, y + 1, _CELL - 2, x + _CELL / 2, y + _CELL / 2 + 4, cell.count)


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _axes(below: str) -> Markup:
    parts = []
    for step in range(0, 101, 25):
        share = step / 100
        parts.append(
            Markup(
                '<line class="grid" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>'
                '<text x="{}" y="{:.1f}" text-anchor="end">{} %</text>'
                '<text x="{:.1f}" y="{}" text-anchor="middle">{:.2f}</text>'
            ).format(
                *(_LEFT, _y(share), _WIDTH - _RIGHT, _y(share)),
                *(_LEFT - 6, _y(share) + 4, step),
                *(_x(share), _HEIGHT - _BOTTOM + 16, share),
            )
        )
    parts.append(
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            _x(0.5), _HEIGHT - 8, below
        )
    )
    return Markup("").join(parts)


def _line(style: str, points: Iterable[tuple[float, float]]) -> Markup:
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return Markup('<polyline class="{}" points="{}"/>').format(f"curve {style}", path)
