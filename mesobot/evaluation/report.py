"""Writes the figures of an evaluation as one page that needs nothing else, and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from mesobot.evaluation import pictures
from mesobot.evaluation.figures import Figures
from mesobot.evaluation.proportion import Proportion

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
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = _percent
    environment.filters["interval"] = _interval
    style = Markup((_HERE / _STYLE).read_text(encoding="utf-8"))  # noqa: S704 - our own file
    weakest_first = sorted(figures.topics, key=lambda topic: topic.recall.share or 0.0)
    return environment.get_template(_TEMPLATE).render(
        figures=figures,
        pictures=pictures,
        style=style,
        topics=[topic for topic in weakest_first if topic.recall.total],
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}".replace("%", " %")


def _interval(reached: Proportion) -> str:
    return f"{reached.low * 100:.1f} – {reached.high * 100:.1f} %"
