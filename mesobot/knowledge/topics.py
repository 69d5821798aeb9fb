"""The topic files (``data/faq``, ``data/unanswered``): what they hold and what is wrong.

Rasa reads the same files for training. It ignores or misplaces much of what an editor can
get wrong, so they are checked here first, with file, line and what to fix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesobot.knowledge.source import ContentError, LinedDict, Problem, line_of, read_yaml

LONGEST_QUESTION = 20
"""Characters of a suggested question: what fits a WhatsApp reply button."""

FEWEST_EXAMPLES = 25

_TOPIC_KEYS = {"version", "responses", "nlu"}
_METADATA_KEYS = {
    *("label", "ask", "next", "why", "facts", "treatment"),
    *(
        "topic",
        "miss",
        "after_two_misses",
        "offers_consultation",
    ),  # of questions that the article does not cover
}


@dataclass(frozen=True)
class Topic:
    """One topic file.

    Attributes:
        id: topic id, e.g. ``pain``; also the file's name.
        group: retrieval intent it belongs to, ``faq`` or ``unanswered``.
        label: what patients see ("Whether it hurts").
        ask: the question a suggestion button asks.
        answer: the text, with ``{placeholders}`` of the clinic.
        facts: ids of the facts the answer rests on.
        next: topics suggested after it.
        why: topic that answers "why?" after it, or None.
        examples: how patients ask.
        path: the file.
        answer_line: where the answer stands in it.
    """

    id: str
    group: str
    label: str
    ask: str
    answer: str
    facts: tuple[str, ...]
    next: tuple[str, ...]
    examples: tuple[str, ...]
    path: Path
    answer_line: int
    why: str | None = None

    @property
    def intent(self) -> str:
        """Full retrieval intent, e.g. ``faq/pain``."""
        return f"{self.group}/{self.id}"


def load_topics(*folders: Path) -> dict[str, Topic]:
    """All topics of the folders by id.

    Args:
        folders: each named like its retrieval intent (``data/faq`` → ``faq``); suggestions
            (``next``) lead to topics of the first.

    Raises:
        ContentError: if a file is malformed or points to a topic that does not exist.
    """
    topics: dict[str, Topic] = {}
    problems: list[Problem] = []
    for folder in folders:
        problems += [
            Problem(path, 1, "topic files end in .yml; please rename it")
            for path in sorted(folder.glob("*.yaml"))
        ]
        for path in sorted(folder.glob("*.yml")):
            if path.name.startswith("_"):  # the folder's rule
                continue
            try:
                topic = _read_topic(path, folder.name)
            except ContentError as found:
                problems += found.problems
                continue
            if topic.id in topics:
                message = f"the topic '{topic.id}' already stands in {topics[topic.id].path}"
                problems.append(Problem(path, 1, message))
            topics[topic.id] = topic
    # A file with a problem of its own still counts as a place to lead to.
    answers = {path.stem for path in folders[0].glob("[!_]*.yml")}
    for topic in topics.values():
        for name in (*topic.next, *([topic.why] if topic.why else [])):
            if name not in answers or name == topic.id:
                message = f"'next' or 'why' names no other topic of {folders[0].name}/: '{name}'"
                problems.append(Problem(topic.path, topic.answer_line, message))
    if problems:
        raise ContentError(problems)
    return topics


def _read_topic(path: Path, group: str) -> Topic:
    content = read_yaml(path)
    problems: list[Problem] = []

    def complain(line: int, message: str) -> None:
        problems.append(Problem(path, line, message))

    for key in content:
        if key not in _TOPIC_KEYS:
            complain(line_of(content, key), f"unknown key '{key}'; a topic has responses and nlu")
    for key in ("responses", "nlu"):
        if key not in content:
            complain(1, f"'{key}' is missing")
    if problems:
        raise ContentError(problems)
    variation = _only_response(content, path, group)
    metadata = _metadata(variation, path, group)
    examples = tuple(_examples(content, path, group))
    return Topic(
        id=path.stem,
        group=group,
        label=metadata["label"],
        ask=metadata["ask"],
        answer=variation["text"].strip(),
        facts=tuple(metadata.get("facts", ())),
        next=tuple(metadata.get("next", ())),
        why=metadata.get("why"),
        examples=examples,
        path=path,
        answer_line=line_of(variation, "text"),
    )


def _only_response(content: LinedDict, path: Path, group: str) -> LinedDict:
    name = f"utter_{group}/{path.stem}"
    responses = content["responses"]
    where = line_of(content, "responses")
    if not isinstance(responses, LinedDict) or list(responses) != [name]:
        message = f"'responses' must hold exactly '{name}' (named like the file)"
        raise ContentError([Problem(path, where, message)])
    variations = responses[name]
    if not isinstance(variations, list) or len(variations) != 1:
        message = f"'{name}' needs exactly one answer: a list with one '- text: …'"
        raise ContentError([Problem(path, line_of(responses, name), message)])
    variation = variations[0]
    if not isinstance(variation, LinedDict) or not isinstance(variation.get("text"), str):
        message = f"the answer of '{name}' has no 'text'"
        raise ContentError([Problem(path, line_of(responses, name), message)])
    if "\n\n" in variation["text"].strip():
        message = "no empty line inside an answer: channels would cut it into two messages"
        raise ContentError([Problem(path, line_of(variation, "text"), message)])
    return variation


def _metadata(variation: LinedDict, path: Path, group: str) -> LinedDict:
    metadata = variation.get("metadata")
    if not isinstance(metadata, LinedDict):
        message = "the answer needs 'metadata' with label, ask" + (
            ", facts" if group == "faq" else ""
        )
        raise ContentError([Problem(path, variation.line, message)])
    problems = [
        Problem(path, line_of(metadata, key), message)
        for key, message in _metadata_complaints(metadata, group)
    ]
    if problems:
        raise ContentError(problems)
    return metadata


def _metadata_complaints(metadata: LinedDict, group: str) -> Iterator[tuple[str, str]]:
    for key in metadata:
        if key not in _METADATA_KEYS:
            yield key, f"unknown key '{key}'; use {', '.join(sorted(_METADATA_KEYS))}"
    for key in ("label", "ask"):
        if not isinstance(metadata.get(key), str) or not metadata[key].strip():
            yield key, f"'{key}' is missing: a short text that patients see"
        elif key == "ask" and len(metadata[key]) > LONGEST_QUESTION:
            yield key, f"'ask' has {len(metadata[key])} characters, {LONGEST_QUESTION} fit a button"
    for key in ("next", "facts"):
        if key in metadata and not _is_text_list(metadata[key]):
            yield key, f"'{key}' must be a list of names"
    if metadata.get("treatment", False) is not False:
        yield "treatment", "'treatment' must be false, or left out: then it is about the treatment"
    if group == "faq" and not metadata.get("facts"):
        yield "facts", "an answer must name the facts it rests on (clinic/facts.yml)"


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _examples(content: LinedDict, path: Path, group: str) -> list[str]:
    intent = f"{group}/{path.stem}"
    blocks = content["nlu"]
    where = line_of(content, "nlu")
    if (
        not isinstance(blocks, list)
        or len(blocks) != 1
        or not isinstance(blocks[0], LinedDict)
        or blocks[0].get("intent") != intent
        or not isinstance(blocks[0].get("examples"), str)
    ):
        message = f"'nlu' must hold one '- intent: {intent}' with 'examples: |'"
        raise ContentError([Problem(path, where, message)])
    first_line = line_of(blocks[0], "examples") + 1
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for offset, raw in enumerate(blocks[0]["examples"].splitlines()):
        line = first_line + offset
        match = re.match(r"^- (\S.*)$", raw)
        if not raw.strip():
            continue
        if not match:
            problems.append(Problem(path, line, f"an example starts with '- ': {raw.strip()!r}"))
            continue
        example = match.group(1).strip()
        if example.lower() in seen:
            problems.append(Problem(path, line, f"same example as in line {seen[example.lower()]}"))
        seen.setdefault(example.lower(), line)
    if len(seen) < FEWEST_EXAMPLES:
        problems.append(
            Problem(path, where, f"{len(seen)} examples; at least {FEWEST_EXAMPLES} are needed")
        )
    if problems:
        raise ContentError(problems)
    return [line[2:].strip() for line in blocks[0]["examples"].splitlines() if line.strip()]
