"""Examples that stand outside the topic files."""

from __future__ import annotations

from pathlib import Path

from mesobot.knowledge.source import read_yaml


def off_topic_examples(data: Path) -> list[str]:
    """Messages that are no question for the assistant (``data/fallback/out_of_scope.yml``).

    Raises:
        ContentError: if the file is no readable YAML.
    """
    content = read_yaml(data / "fallback" / "out_of_scope.yml")
    return [
        line.removeprefix("- ").strip()
        for block in content["nlu"]
        for line in block["examples"].splitlines()
        if line.strip()
    ]
