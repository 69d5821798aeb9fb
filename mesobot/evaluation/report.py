"""Writes the figures of an evaluation as one page that needs nothing else, and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from mesobot.evaluation import pictures
from mesobot.evaluation.figures import Figures
from mesobot.evaluation.proportion import Proportion
from mesobot.pages.rendering import render

_HERE = Path(__file__).parent
_TEMPLATE = "report.html.jinja"
_STYLE = "report.css"


def write_report(figures: Figures, folder: Path) -> tuple[Path, Path]:
    """Write ``report.html`` and ``report.json``.

    Returns:
        Where they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, data = folder / "report.html", folder / "report.json"
    page.write_text(render_page(figures), encoding="utf-8")
    content = json.dumps(figures.as_json(), ensure_ascii=False, indent=2, allow_nan=False)
    data.write_text(content + "\n", encoding="utf-8")
    return page, data


def render_page(figures: Figures) -> str:
    """The figures as HTML; every text of theirs is escaped."""
    weakest_first = sorted(figures.topics, key=lambda topic: topic.recall.share or 0.0)
    return render(
        _HERE,
        _TEMPLATE,
        _STYLE,
        {"percent": _percent, "interval": _interval},
        figures=figures,
        pictures=pictures,
        topics=[topic for topic in weakest_first if topic.recall.total],
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}".replace("%", " %")


def _interval(reached: Proportion) -> str:
    return f"{reached.low * 100:.1f} – {reached.high * 100:.1f} %"
