"""Every error that a process can log stands in the runbook, with what to do."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mesobot import paths

RUNBOOK = (paths.ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
FILES = [*(paths.ROOT / "mesobot").rglob("*.py"), *(paths.ROOT / "actions").glob("*.py")]


def errors(file: Path) -> list[str]:
    """The fixed beginning of each error that a file logs."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_log.error", "_logger.error"):
            text = node.args[0]
            if isinstance(text, ast.Constant):
                found.append(str(text.value).partition(" (")[0])
    return found


LOGGED = sorted({event for file in FILES for event in errors(file)})


def test_there_are_errors_to_look_for() -> None:
    assert len(LOGGED) >= 20


@pytest.mark.parametrize("event", LOGGED)
def test_an_error_stands_in_the_runbook(event: str) -> None:
    assert event.partition(":")[0] in RUNBOOK
