"""Copies of the content that are smaller or larger: load material, never training data of the product.

Nothing is invented for them: a tenth of the examples, or each topic of the article in ten parts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.comparison.yaml_files import read, write

PARTS = 10
_FEWEST = 3
"""Examples that remain of an intent."""
_FAQ = "faq"

Content = dict[str, Any]


def tenth_of_examples(data: Path, target: Path) -> None:
    """Write all topics with every tenth of their examples."""

    def thin(path: Path, content: Content) -> dict[str, Content]:
        return {path.name: with_examples(content, every_tenth)}

    _rewrite(data, target, thin)


def tenfold_topics(data: Path, target: Path) -> None:
    """Write ten topics for each topic of the article: same answer, every tenth example each."""

    def split(path: Path, content: Content) -> dict[str, Content]:
        if path.parent.name != _FAQ or not content.get("nlu"):
            return {path.name: content}
        name = path.stem
        return {path.name: _part(content, name, name, 0)} | {
            f"{name}_{number}.yml": _part(content, name, f"{name}_{number}", number)
            for number in range(1, PARTS)
        }

    _rewrite(data, target, split)


def every_tenth(lines: list[str]) -> list[str]:
    """Every tenth line, or a few where that were fewer."""
    return lines[::PARTS] if len(lines) >= PARTS * _FEWEST else lines[:_FEWEST]


def with_examples(content: Content, choose: Callable[[list[str]], list[str]]) -> Content:
    """The same content with some of its examples."""
    if "nlu" not in content:
        return content
    blocks = [
        {**block, "examples": "\n".join(choose(block["examples"].splitlines())) + "\n"}
        for block in content["nlu"]
    ]
    return {**content, "nlu": blocks}


def count(data: Path) -> tuple[int, int]:
    """Topics (everything that can be meant) and examples of a folder."""
    blocks = [block for path in sorted(data.rglob("*.yml")) for block in read(path).get("nlu", [])]
    return len(blocks), sum(len(block["examples"].splitlines()) for block in blocks)


def _part(content: Content, name: str, new: str, first: int) -> Content:
    # Never the same example in two parts: our bot refuses that.
    part = with_examples(content, lambda lines: lines[first::PARTS])
    answers = {key.replace(name, new): answer for key, answer in content["responses"].items()}
    return {**part, "responses": answers, "nlu": [{**part["nlu"][0], "intent": f"{_FAQ}/{new}"}]}


def _rewrite(
    data: Path, target: Path, change: Callable[[Path, Content], dict[str, Content]]
) -> None:
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(data.rglob("*.yml")):
        folder = target / path.relative_to(data).parent
        content = read(path)
        for name, changed in change(path, content).items():
            write(folder / name, changed)
