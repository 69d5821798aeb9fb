"""YAML with line numbers, so that every complaint names file, line and what to fix."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to fix in a file of the project.

    Attributes:
        path: the file.
        line: its line, counted from 1.
        message: what is wrong and how to mend it.
    """

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class ContentError(ValueError):
    """The content cannot be used; ``problems`` says why, line by line."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems in reading order."""
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class LinedDict(dict[Any, Any]):
    """A mapping that remembers where it and each of its keys stand."""

    line: int
    key_lines: dict[Any, int]


class _LinedLoader(yaml.CSafeLoader):
    """By libyaml: a tenth of the time, which every start and every check waits for."""


def _mapping(loader: _LinedLoader, node: yaml.MappingNode) -> LinedDict:
    result = LinedDict()
    result.line = node.start_mark.line + 1
    result.key_lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
        if key in result:
            raise yaml.constructor.ConstructorError(
                None, None, f"'{key}' stands here twice", key_node.start_mark
            )
        result[key] = loader.construct_object(value_node, deep=True)  # type: ignore[no-untyped-call]
        result.key_lines[key] = key_node.start_mark.line + 1
    return result


_LinedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> LinedDict:
    """Read a YAML mapping.

    Raises:
        ContentError: if the file is no readable YAML mapping.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LinedLoader)  # noqa: S506 - derives from CSafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise ContentError(
            [Problem(path, line, f"not readable as YAML: {error.problem}")]
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError([Problem(path, 1, f"not readable as YAML: {error}")]) from error
    if not isinstance(content, LinedDict):
        raise ContentError([Problem(path, 1, "expected 'name: value' lines at the top level")])
    return content


def line_of(mapping: LinedDict, key: object) -> int:
    """Line of a key, or of the mapping itself when it has no such key."""
    return mapping.key_lines.get(key, mapping.line)
