"""Runs the `rasa test` stories beside this file."""

import subprocess
import sys
from pathlib import Path

from mesobot import paths


def test_stories_hold(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "rasa", "test", "core", "--fail-on-prediction-errors"),
            *("--model", str(paths.MODEL), "--stories", str(Path(__file__).parent)),
            *("--endpoints", "endpoints.yml", "--out", str(tmp_path)),
        ],
        check=False,
        cwd=paths.ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    failed = tmp_path / "failed_test_stories.yml"
    detail = failed.read_text(encoding="utf-8") if failed.exists() else done.stderr[-3000:]
    assert done.returncode == 0, detail
    assert (tmp_path / "story_report.json").exists(), done.stderr[-3000:]
