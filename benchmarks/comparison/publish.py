"""``python -m benchmarks.comparison.publish``: the last run's figures go into the documentation.

From ``build/benchmark/results.json`` into docs/benchmarks.json, docs/images/benchmarks.svg and, between
its two marks, docs/benchmarks.md. No figure there is typed by hand.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.comparison.chart import chart
from benchmarks.comparison.results import Results, read_results
from benchmarks.comparison.table import table
from mesobot import paths

RESULTS = paths.ROOT / "build" / "benchmark" / "results.json"
JSON = Path("docs", "benchmarks.json")
CHART = Path("docs", "images", "benchmarks.svg")
PAGE = Path("docs", "benchmarks.md")
NOT_YET = "*Not measured on a quiet machine yet.*\n"
BEGIN, END = "<!-- figures: written by a run, not by hand -->\n", "<!-- end of figures -->\n"


class NotPublishableError(ValueError):
    """The results must not stand in the documentation; the text says why."""


def publish(results: Path, project: Path) -> None:
    """Write a run's figures into a project's documentation.

    Raises:
        NotPublishableError: if it was a quick try.
    """
    found = read_results(results)
    if found.quick:
        raise NotPublishableError(
            "These are the figures of a quick try; run `make benchmark` first."
        )
    page = project / PAGE
    text = with_figures(page.read_text(encoding="utf-8"), section(found))
    page.write_text(text, encoding="utf-8")
    (project / CHART).write_text(chart(found), encoding="utf-8")
    shutil.copyfile(results, project / JSON)


def section(results: Results) -> str:
    """What stands between the marks: the chart and the tables."""
    return (
        "![Time of a turn, long conversations, start-up, memory and model of both]"
        f"({CHART.relative_to(PAGE.parent)})\n\n{table(results)}\n"
        f"All that was measured: [{JSON.name}]({JSON.name}).\n"
    )


def with_figures(page: str, figures: str) -> str:
    """A page with other figures between its marks.

    Raises:
        NotPublishableError: if the marks are missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NotPublishableError(f"{PAGE} has lost its marks {BEGIN.strip()} and {END.strip()}")
    return f"{before}{BEGIN}\n{figures}\n{END}{after}"


def main() -> int:
    """0 if the documentation has the figures now."""
    try:
        publish(RESULTS, paths.ROOT)
    except (NotPublishableError, FileNotFoundError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{PAGE}, {JSON} and {CHART} have the figures of the last run.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
