"""Checks every reply in ``data/``: placeholders, switches, words, and that none is cut in two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mesobot.knowledge.grounding import ContentRules, wording_complaints
from mesobot.knowledge.source import ContentError, LinedDict, Problem, line_of, read_yaml

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SWITCHES = {
    *("label", "ask", "next", "facts", "topic", "alone", "says_automated", "answers_next"),
    *("miss", "after_two_misses", "with_suggestions", "offers_suggestions", "lang"),
    *("after_answers", "lead_in", "no_more", "in_language", "why", "by_note", "by_slot", "buttons"),
    *("if_set", "offers_consultation", "again", "all_clear", "confirms", "on_channel"),
    *("calls_staff", "treatment"),
}
FORM_PLACEHOLDERS = {
    *("consultation_name", "consultation_contact", "consultation_concern", "consultation_time"),
    *("consultation_reference", "answer_expected", "consultation_known_number"),
    *(
        "ways",
        "concerns",
        "times",
        "privacy_notice",
        "consent_question",
        "request_days",
        "chat_days",
    ),
}
"""Placeholders that the dialogue fills (mesobot/dialogue/form_texts.py)."""
TOLD_PLACEHOLDERS = {
    *("known_reference", "known_date", "known_name", "known_contact", "known_concern"),
    *("known_time", "known_answers"),
}
"""Placeholders that an action fills (mesobot/consultation/telling.py)."""
_LEADS_TO = ("after_two_misses", "with_suggestions", "again")


def check_responses(data: Path, placeholders: set[str], rules: ContentRules) -> list[Problem]:
    """What is wrong with the replies, and examples that stand in two places.

    Args:
        data: the folder with all data files.
        placeholders: names that a reply may use in braces.
        rules: words that no reply may use, and its longest length.
    """
    problems: list[Problem] = []
    replies: dict[str, tuple[Path, LinedDict]] = {}
    examples: dict[str, str] = {}
    for path in sorted(data.rglob("*.yml")):
        try:
            content = read_yaml(path)
        except ContentError as found:
            problems += found.problems
            continue
        for name, variations in content.get("responses", {}).items():
            line = line_of(content["responses"], name)
            if not isinstance(variations, list) or len(variations) != 1:
                message = f"'{name}' needs one text: the assistant does not pick at random"
                problems.append(Problem(path, line, message))
                continue
            replies[name] = (path, variations[0])
        problems += _doubled(content, path, examples)
    for name, (path, reply) in replies.items():
        problems += [
            Problem(path, line, message)
            for line, message in _complaints(reply, "/" in name, placeholders, rules, set(replies))
        ]
    return problems


def _complaints(
    reply: LinedDict,
    is_topic: bool,
    placeholders: set[str],
    rules: ContentRules,
    names: set[str],
) -> Iterator[tuple[int, str]]:
    text = str(reply.get("text", "")).strip()
    where = line_of(reply, "text")
    if not text:
        yield where, "the reply has no 'text'"
    filled = placeholders | FORM_PLACEHOLDERS | TOLD_PLACEHOLDERS
    for name in sorted(set(_PLACEHOLDER.findall(text)) - filled):
        yield (
            where,
            f"unknown placeholder '{{{name}}}'; there are {', '.join(sorted(placeholders))}",
        )
    if not is_topic:  # a topic's answer is checked with its facts
        for complaint in wording_complaints(text, rules):
            yield where, complaint
        if "\n\n" in text:
            yield where, "no empty line inside a reply: channels would cut it into two messages"
    metadata = reply.get("metadata", {})
    for key in metadata:
        if key not in _SWITCHES:
            yield line_of(metadata, key), f"unknown key '{key}'; use {', '.join(sorted(_SWITCHES))}"
    chosen = [
        metadata.get("by_note", {}),
        metadata.get("if_set", {}),
        metadata.get("on_channel", {}),
        *metadata.get("by_slot", {}).values(),
    ]
    for target in sorted({name for choice in chosen for name in choice.values()} - names):
        yield line_of(reply, "metadata"), f"a choice names no reply: '{target}'"
    for key in _LEADS_TO:
        if key in metadata and metadata[key] not in names:
            yield line_of(metadata, key), f"'{key}' names no reply: '{metadata[key]}'"


def _doubled(content: LinedDict, path: Path, seen: dict[str, str]) -> Iterator[Problem]:
    for block in content.get("nlu", []):
        line = line_of(block, "examples")
        for offset, raw in enumerate(str(block.get("examples", "")).splitlines(), start=1):
            text = raw.removeprefix("- ").strip().lower()
            intent = str(block.get("intent"))
            if text and seen.setdefault(text, intent) != intent:
                yield Problem(path, line + offset, f"the same example stands in {seen[text]}")
