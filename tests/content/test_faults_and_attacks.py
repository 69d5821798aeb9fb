"""Each fault and attack of docs/faults-and-attacks.md has tests, and they exist."""

from __future__ import annotations

import ast
import functools
import re

import pytest

from mesobot import paths

PAGE = paths.ROOT / "docs" / "faults-and-attacks.md"
NOT_YET = "not built here"
FAULTS = [f"F{number}" for number in range(1, 19)]
_ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| # ", "| attack "))
]
ROWS = {row[0] or row[1]: row for row in _ROWS}
NAMED = sorted({name for row in _ROWS for name in re.findall(r"`(tests/[^`]+)`", row[-1])})


@functools.cache
def functions_of(file: str) -> set[str]:
    """Names of the tests of a file."""
    tree = ast.parse((paths.ROOT / file).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def test_every_fault_has_a_row() -> None:
    assert [name for name in ROWS if re.fullmatch(r"F\d+", name)] == FAULTS
    assert len(ROWS) >= len(FAULTS) + 8


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: (row[0] or row[1])[:40])
def test_a_row_names_its_tests_or_says_that_it_has_none_yet(row: list[str]) -> None:
    assert re.search(r"`tests/[^`]+`", row[-1]) or row[-1].startswith(NOT_YET)


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    file, _, function = name.partition("::")
    assert (paths.ROOT / file).is_file()
    assert not function or function in functions_of(file)
    assert functions_of(file), "there are no tests in it"
