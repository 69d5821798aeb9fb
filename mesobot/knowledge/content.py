"""Everything the clinic has written, loaded and checked in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mesobot.knowledge.clinic import Clinic, load_clinic
from mesobot.knowledge.facts import Fact, load_facts
from mesobot.knowledge.grounding import check_grounding, load_content_rules
from mesobot.knowledge.responses import check_responses
from mesobot.knowledge.source import ContentError, Problem
from mesobot.knowledge.topics import Topic, load_topics


@dataclass(frozen=True)
class Content:
    """The clinic, its facts by id, and its topics by id."""

    clinic: Clinic
    facts: dict[str, Fact]
    topics: dict[str, Topic]


def load_content(clinic: Path, data: Path, environment: Mapping[str, str]) -> Content:
    """Load the folders ``clinic/`` and ``data/`` and check them against each other.

    Raises:
        ContentError: with every problem in reading order, not just the first.
    """
    problems: list[Problem] = []
    facts: dict[str, Fact] = {}
    topics: dict[str, Topic] = {}
    about: Clinic | None = None
    try:
        about = load_clinic(clinic / "clinic.yml", environment)
    except ContentError as found:
        problems += found.problems
    try:
        facts = load_facts(clinic / "facts.yml")
    except ContentError as found:
        problems += found.problems
    try:
        topics = load_topics(data / "faq", data / "unanswered")
    except ContentError as found:
        problems += found.problems
    try:
        rules = load_content_rules(clinic / "content_rules.yml")
        if about and facts and topics:
            problems += check_grounding(topics, facts, clinic / "facts.yml", rules, about.whatsapp)
            problems += check_responses(data, set(about.placeholders()), rules)
    except ContentError as found:
        problems += found.problems
    if problems or about is None:
        raise ContentError(problems)
    return Content(about, facts, topics)
