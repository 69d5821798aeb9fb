"""Runs all `rasa test` stories below this folder: one folder for each behaviour.

`rasa test` runs no custom action and hands no tracker to the NLU, so neither our actions nor the form
reader works in it. What an action would set stands in the stories as ``slot_was_set``; answers to the
form are intents with entities, and what was typed stands behind them. Everything else is read by
the NLU (``user:``).
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml

from mesobot import paths

STORIES = Path(__file__).parent
BEHAVIOURS = {
    "action_server_dead",
    "cancellation",
    "correction",
    "digression",
    "emergency_mid_form",
    "happy_path",
    "invalid_input",
    "journeys",
    "refusal_of_consent",
    "repeat",
}
FAILED = "Failed Story:"


def stories_by_behaviour() -> Counter[str]:
    counts: Counter[str] = Counter()
    for path in STORIES.rglob("*.y*ml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        counts[path.parent.relative_to(STORIES).as_posix()] += len(content["stories"])
    return counts


def test_every_behaviour_has_stories_that_rasa_finds() -> None:
    assert set(stories_by_behaviour()) == BEHAVIOURS
    assert all(stories_by_behaviour().values())
    # Rasa passes over files with other names without a word.
    assert all(path.name.startswith("test_") for path in STORIES.rglob("*.y*ml"))


def test_stories_hold(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "rasa", "test", "core", "--e2e", "--fail-on-prediction-errors"),
            *("--model", str(paths.MODEL), "--stories", str(STORIES)),
            *("--endpoints", "endpoints.yml", "--out", str(tmp_path)),
        ],
        check=False,
        cwd=paths.ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[output.find(FAILED) :] if FAILED in output else output
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    # Two stories that Rasa's features cannot tell apart count as one: let them begin differently.
    assert report["conversation_accuracy"]["total"] == stories_by_behaviour().total()
    assert report["conversation_accuracy"]["correct"] == stories_by_behaviour().total()
