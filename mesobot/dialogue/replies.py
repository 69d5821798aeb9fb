"""Turns the text of an answer into one reply: notices, contacts, next questions.

No Rasa in here: what the conversation looks like so far comes in as plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mesobot.knowledge.clinic import Clinic

MOST_CHOICES = 3


@dataclass(frozen=True)
class Answer:
    """A response as it stands in a data file.

    Attributes:
        name: e.g. ``utter_faq/pain``.
        topic: topic id that is reported for it, or None when the intent says it.
        text: with ``{placeholders}``.
        metadata: label, ask, next, facts and the switches of the dialogue responses.
    """

    name: str
    topic: str | None
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_treatment_answer(self) -> bool:
        """Whether it states facts of the article, other than how to reach the clinic."""
        return bool(self.metadata.get("facts")) and self.topic != "contact"


@dataclass(frozen=True)
class Notices:
    """Which sentences are due in this reply."""

    automated: bool
    results_differ: bool


def render(answer: Answer, clinic: Clinic, notices: Notices) -> str:
    """The reply's text: what it is, the answer, the legal sentence; never an empty line."""
    text = fill(answer.text, clinic).strip()
    if answer.metadata.get("alone"):  # an emergency: nothing before it, nothing after it
        return text
    lines = [text]
    if notices.automated and not answer.metadata.get("says_automated"):
        lines.insert(0, clinic.automated_notice)
    if notices.results_differ and answer.is_treatment_answer:
        lines.append(clinic.results_differ_notice)
    return "\n".join(lines)


def fill(text: str, clinic: Clinic) -> str:
    """Replace the clinic's ``{placeholders}``; other braces stay as they are."""
    for name, value in clinic.placeholders().items():
        text = text.replace("{" + name + "}", value)
    return text


def choices(
    topics: Iterable[str], questions: Mapping[str, str], already: Iterable[str] = ()
) -> list[dict[str, str]]:
    """Buttons that ask the topics' questions in plain text, at most three.

    Args:
        topics: topic ids in order of preference.
        questions: the question to ask, by topic id.
        already: topics that were answered before and are left out.
    """
    seen = set(already)
    fresh = [topic for topic in dict.fromkeys(topics) if topic not in seen and topic in questions]
    return [
        {"title": questions[topic], "payload": questions[topic]} for topic in fresh[:MOST_CHOICES]
    ]
