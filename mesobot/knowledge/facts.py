"""The facts of the clinic's article (``clinic/facts.yml``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mesobot.knowledge.source import ContentError, LinedDict, Problem, line_of, read_yaml


@dataclass(frozen=True)
class Fact:
    """One statement of the article in our own words.

    Attributes:
        id: its name, as answers cite it.
        section: id of the article's section it comes from.
        text: the statement.
        set_aside: why it must not be used, or None.
        line: where it stands in the file.
    """

    id: str
    section: str
    text: str
    set_aside: str | None
    line: int


def load_facts(path: Path) -> dict[str, Fact]:
    """Facts by id.

    Raises:
        ContentError: if a fact is incomplete, doubled, or names an unknown section.
    """
    content = read_yaml(path)
    sections = content.get("sections")
    entries = content.get("facts")
    if not isinstance(sections, dict) or not isinstance(entries, list):
        raise ContentError([Problem(path, 1, "needs 'sections' and 'facts'")])
    if not entries:
        raise ContentError([Problem(path, line_of(content, "facts"), "there are no facts")])
    facts: dict[str, Fact] = {}
    problems: list[Problem] = []
    for entry in entries:
        complaint = _complaint(entry, sections, facts)
        if complaint:
            problems.append(
                Problem(path, getattr(entry, "line", line_of(content, "facts")), complaint)
            )
            continue
        aside = entry.get("set_aside")
        facts[entry["id"]] = Fact(entry["id"], entry["section"], entry["text"], aside, entry.line)
    if problems:
        raise ContentError(problems)
    return facts


def _complaint(entry: object, sections: dict[str, str], known: dict[str, Fact]) -> str | None:
    if not isinstance(entry, LinedDict):
        return "a fact needs 'id', 'section' and 'text'"
    for key in ("id", "section", "text"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            return f"this fact has no '{key}'"
    unknown = set(entry) - {"id", "section", "text", "set_aside"}
    if unknown:
        return f"unknown key '{min(unknown)}' in a fact"
    if entry["section"] not in sections:
        return f"unknown section '{entry['section']}'; sections are listed at the top of the file"
    if entry["id"] in known:
        return f"the fact '{entry['id']}' already stands in line {known[entry['id']].line}"
    return None
