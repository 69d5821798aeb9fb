"""Measures the trained assistant on all held-out messages and writes the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import yaml

from mesobot import paths, training
from mesobot.evaluation.cross_validation import CrossValidation, cross_validate, read_examples
from mesobot.evaluation.figures import Figures, compute_figures
from mesobot.evaluation.held_out import load_held_out
from mesobot.evaluation.known_misses import SEPARATOR
from mesobot.evaluation.replay import Replayer
from mesobot.evaluation.report import write_report
from mesobot.evaluation.run import Outcomes, hold_all
from mesobot.knowledge.topics import load_topics
from mesobot.nlu.encoder import SentenceEncoder
from mesobot.running import action_server

HELD_OUT = paths.ROOT / "tests" / "evaluation" / "held_out"
DEVELOPMENT = paths.ROOT / "tests" / "evaluation" / "development"
"""Written as blind as these, and then looked at: thresholds and examples may be chosen by them."""
KNOWN_MISSES = paths.ROOT / "tests" / "evaluation" / "known_misses.json"
REPORT = paths.ROOT / "build" / "evaluation"

Say = Callable[[str], None]


def evaluate(say: Say, with_cross_validation: bool, folder: Path = HELD_OUT) -> Outcomes:
    """Hold all held-out messages, and write ``report.html`` and ``report.json``.

    Args:
        say: told in one line what is being done and what came out.
        with_cross_validation: trains the topic model five times more, which takes minutes.
        folder: of the messages.

    Returns:
        What became of every message.
    """
    faq = load_topics(paths.DATA / "faq")
    say("Holding the held-out conversations ...")
    with action_server():
        outcomes = hold_all(Replayer(paths.MODEL), load_held_out(folder), faq)
    figures = compute_figures(
        outcomes,
        faq,
        answer_at=_answer_at(paths.ROOT / "config.yml"),
        measured_on=datetime.now().strftime("%d %B %Y, %H:%M"),
        model=training.fingerprint(paths.ROOT)[:12],
        cross_validation=_cross_validation(say) if with_cross_validation else None,
    )
    page, data = write_report(figures, REPORT)
    for line in _summary(figures):
        say(line)
    say(f"The report: {page}")
    say(f"All figures: {data}")
    return outcomes


def wrong(outcomes: Outcomes) -> Iterator[str]:
    """A line for each message that was not taken as it should be."""
    for outcome in outcomes:
        if not outcome.right:
            said = SEPARATOR.join(outcome.entry.turns)
            yield f"{said}\n    {', '.join(outcome.topics)}; right: {outcome.entry.expected}"


def _cross_validation(say: Say) -> CrossValidation:
    say("Cross-validating the topic model (some minutes) ...")
    encoder = SentenceEncoder(paths.ENCODER_FOLDER)
    return cross_validate(read_examples(paths.DATA), encoder, say)


def _answer_at(config: Path) -> float:
    for component in yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]:
        if "answer_at" in component:
            return float(component["answer_at"])
    raise ValueError(f"{config}: no component has a threshold 'answer_at'")


def _summary(figures: Figures) -> list[str]:
    lines = []
    for goal in figures.goals:
        counted = f"{goal.reached.hits} of {goal.reached.total}"
        share = "-" if goal.reached.share is None else f"{goal.reached.share:.1%}"
        met = "met" if goal.met else "not met"
        lines.append(f"{goal.name:47}{share:>7}  {counted:>13}  {goal.limit:>13}  {met}")
    return lines
