"""What a consultation request asks for (``clinic/consultation.yml``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesobot.knowledge.source import ContentError, LinedDict, Problem, line_of, read_yaml


@dataclass(frozen=True)
class VersionedText:
    """A text that patients see, and the version that is kept with their request."""

    version: str
    text: str


@dataclass(frozen=True)
class Retention:
    """How long something is kept before it is erased by itself, in days.

    Attributes:
        requests: since their last change.
        chats: since something was said.
    """

    requests: int
    chats: int


@dataclass(frozen=True)
class Questionnaire:
    """The lists to choose from, the texts to agree to, and how long answers are kept.

    Attributes:
        concerns: labels by the topic id that suggests them.
        times: preferred times.
        notice: the privacy notice.
        consent: what the patient is asked to agree to.
        retention: how long requests and chats are kept; the notice names both.
    """

    concerns: dict[str, str]
    times: tuple[str, ...]
    notice: VersionedText
    consent: VersionedText
    retention: Retention


def load_questionnaire(path: Path) -> Questionnaire:
    """Read ``consultation.yml``.

    Raises:
        ContentError: if a list or text is missing or has the wrong form.
    """
    content = read_yaml(path)
    problems: list[Problem] = []

    def complain(key: str, message: str) -> None:
        problems.append(Problem(path, line_of(content, key), f"'{key}' {message}"))

    concerns = content.get("concerns")
    if not isinstance(concerns, dict) or not _texts(list(concerns.values())):
        complain("concerns", "must map topic ids to labels")
        concerns = {}
    times = content.get("times")
    if not isinstance(times, list) or not _texts(times):
        complain("times", "must be a list of texts")
        times = []
    versioned = {}
    for key in ("notice", "consent"):
        text = content.get(key)
        if not isinstance(text, LinedDict) or not _texts([text.get("version"), text.get("text")]):
            complain(key, "needs a 'version' in quotes and a 'text'")
        else:
            versioned[key] = VersionedText(text["version"], " ".join(text["text"].split()))
    days = content.get("retention")
    kept = [days.get("requests"), days.get("chats")] if isinstance(days, LinedDict) else [None]
    if not all(type(number) is int and number > 0 for number in kept):
        complain("retention", "needs 'requests' and 'chats', both in whole days")
    elif "notice" in versioned:
        # What patients agree to would otherwise be untrue without anybody noticing.
        told = set(re.findall(r"\d+", versioned["notice"].text))
        for number in kept:
            if str(number) not in told:
                complain("notice", f"must say that something is kept for {number} days (retention)")
    if problems:
        raise ContentError(problems)
    return Questionnaire(
        dict(concerns),
        tuple(times),
        versioned["notice"],
        versioned["consent"],
        Retention(*kept),
    )


def _texts(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(v, str) and v.strip() for v in values)
