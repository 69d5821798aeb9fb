"""From results to table, chart and documentation."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.comparison.bots import OURS, STOCK
from benchmarks.comparison.chart import chart
from benchmarks.comparison.publish import (
    BEGIN,
    CHART,
    END,
    JSON,
    NOT_YET,
    PAGE,
    NotPublishableError,
    publish,
    section,
    with_figures,
)
from benchmarks.comparison.results import Results, load_of, read_results
from benchmarks.comparison.table import Goal, ratio, table
from mesobot import paths
from tests.unit.benchmarks.figures import BOT, RESULTS, SLOWER


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / CHART).parent.mkdir(parents=True)
    (tmp_path / PAGE).write_text(f"Before\n{BEGIN}old\n{END}After\n", encoding="utf-8")
    return tmp_path


def written(results: Results, folder: Path) -> Path:
    path = folder / "results.json"
    path.write_text(results.as_json(), encoding="utf-8")
    return path


def test_the_page_has_the_figures_of_the_committed_run() -> None:
    page = (paths.ROOT / PAGE).read_text(encoding="utf-8")
    if not (paths.ROOT / JSON).exists():  # then no figure may stand there
        assert with_figures(page, NOT_YET) == page
        assert not (paths.ROOT / CHART).exists()
        return
    results = read_results(paths.ROOT / JSON)
    assert not results.quick
    assert with_figures(page, section(results)) == page
    assert (paths.ROOT / CHART).read_text(encoding="utf-8") == chart(results)


def test_results_survive_their_file(tmp_path: Path) -> None:
    assert read_results(written(RESULTS, tmp_path)) == RESULTS


def test_figures_are_rounded_in_the_file() -> None:
    uneven = replace(RESULTS, machine=replace(RESULTS.machine, load=1 / 3))
    assert json.loads(uneven.as_json())["machine"]["load"] == 0.333


def test_a_ratio_is_of_the_middle_and_ranges_over_the_rounds() -> None:
    found = ratio([10, 12, 11], [40, 30, 22])
    assert (found.middle, found.lowest, found.highest) == (11 / 30, 0.25, 0.5)
    assert str(found) == "0.37 (0.25–0.50)"


def test_a_ratio_of_single_figures_has_no_range() -> None:
    assert str(ratio([1], [4])) == "0.25"


def test_a_ratio_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs figures"):
        ratio([], [1])


@pytest.mark.parametrize(
    ("goal", "value", "said"),
    [
        (Goal(0.65), 0.65, "≤ 0.65 ×: met"),
        (Goal(0.65), 0.66, "≤ 0.65 ×: **not met**"),
        (Goal(4, at_least=True), 3.9, "≥ 4 ×: **not met**"),
        (Goal(60, absolute=True), 59, "≤ 60: met"),
    ],
)
def test_a_missed_goal_is_said(goal: Goal, value: float, said: str) -> None:
    assert goal.verdict(value) == said


def test_the_table_says_what_was_measured() -> None:
    text = table(RESULTS)
    assert "| turn p50, ms, 1 client | 11.0 | 35.0 | 0.31 (0.25–0.40) | ≤ 0.333 ×: met |" in text
    assert "| training, s (stock: 20 epochs) | 50 | 3000 | 0.02 | ≤ 60: met |" in text
    assert "| turns/s, 16 clients | 100.0 | 20.0 | 5.00 | ≥ 4 ×: met |" in text
    assert "| single questions answered right | 95 of 100 (95.0 %) |" in text
    assert "| turns 491 to 500 | 30.0 | 95.0 |" in text


def test_the_answers_of_a_bot_that_hardly_learnt_are_not_compared() -> None:
    hasty = replace(SLOWER, training=replace(SLOWER.training, epochs=2))
    text = table(replace(RESULTS, bots={OURS: BOT, STOCK: hasty}))
    assert (
        "| single questions answered right | 95 of 100 (95.0 %) "
        "| not compared: it learnt for 2 of its 100 epochs |" in text
    )
    assert "| turn p50, ms, 1 client | 11.0 | 35.0 |" in text


def test_a_quick_try_says_so_and_is_not_published(project: Path) -> None:
    quick = replace(RESULTS, quick=True)
    assert "MEAN NOTHING" in table(quick)
    with pytest.raises(NotPublishableError):
        publish(written(quick, project), project)
    assert "old" in (project / PAGE).read_text(encoding="utf-8")


def test_publishing_replaces_only_what_stands_between_the_marks(project: Path) -> None:
    publish(written(RESULTS, project), project)
    page = (project / PAGE).read_text(encoding="utf-8")
    assert page.startswith("Before\n")
    assert page.endswith("After\n")
    assert "old" not in page
    assert section(RESULTS) in page
    assert read_results(project / JSON) == RESULTS


def test_a_page_without_marks_is_left_alone() -> None:
    with pytest.raises(NotPublishableError, match="marks"):
        with_figures(f"{BEGIN} and no end", "figures")


def test_the_chart_is_well_formed_and_names_its_axes() -> None:
    picture = ElementTree.fromstring(chart(RESULTS))
    words = " ".join("".join(each.itertext()) for each in picture)
    for name in (
        "Mesobot and stock Rasa",
        "clients at the same time",
        "median, ms",
        "% of stock's",
    ):
        assert name in words


def test_a_load_keeps_one_figure_for_each_round() -> None:
    load = load_of(4, [([0.010] * 20, 90.0), ([0.020] * 20, 80.0)])
    assert load.p50 == pytest.approx([10, 20])
    assert load.p95 == pytest.approx([10, 20])
    assert load.rate == [90.0, 80.0]
