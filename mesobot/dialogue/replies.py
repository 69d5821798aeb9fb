"""Turns the text of answers into one reply: notices, contacts, next questions.

No Rasa in here: what the conversation looks like so far comes in as plain values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

from mesobot.knowledge.clinic import Clinic

MOST_CHOICES = 3
_LONGEST_QUOTE = 60
_MOST_NAMED = 3
"""Questions that are quoted because they were too many."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Answer:
    """A response as it stands in a data file.

    Attributes:
        name: e.g. ``utter_faq/pain``.
        topic: topic id that is reported for it, or None when the intent says it.
        text: with ``{placeholders}``.
        metadata: label, ask, next, facts, treatment and the switches of the dialogue responses.
    """

    name: str
    topic: str | None
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_treatment_answer(self) -> bool:
        """Whether it states facts about the treatment, so that results may differ."""
        return bool(self.metadata.get("facts") and self.metadata.get("treatment", True))


@dataclass(frozen=True)
class Part:
    """One answer in a reply.

    Attributes:
        answer: what is said.
        lead_in: a sentence before it, or "".
        falls_short: whether more was asked than the answer says.
    """

    answer: Answer
    lead_in: str = ""
    falls_short: bool = False


@dataclass(frozen=True)
class Notices:
    """Which sentences are due in this reply."""

    automated: bool
    results_differ: bool


def render(
    parts: Sequence[Part],
    clinic: Clinic,
    notices: Notices,
    *,
    unclear: Sequence[str] = (),
    left_out: Sequence[str] = (),
    warning: Answer | None = None,
    offer: Answer | None = None,
    values: Mapping[str, str] | None = None,
) -> str:
    """The reply's text: what it is, the answers, the legal sentence; never an empty line.

    Args:
        parts: the answers, in the asked order; at least one.
        clinic: fills the placeholders.
        notices: the sentences that are due.
        unclear: questions of the same message that were not understood, as typed.
        left_out: questions of the same message that were too many, as typed.
        warning: what comes before everything else, if danger is possible.
        offer: what comes after the answers, if they do not answer much.
        values: fills the placeholders that are not the clinic's.
    """
    known = {**clinic.placeholders(), **(values or {})}
    lines = [_line(part, known, labelled=len(parts) > 1) for part in parts]
    if any(part.answer.metadata.get("alone") for part in parts):
        return "\n".join(lines)  # an emergency: nothing before it, nothing after it
    lines += [f"I am not sure what you mean by “{_quoted(text)}”." for text in unclear]
    if left_out:
        named = ", ".join(f"“{_quoted(text)}”" for text in left_out[:_MOST_NAMED])
        others = " and the others" if len(left_out) > _MOST_NAMED else ""
        lines.append(f"I answer a few questions at a time. Please ask again: {named}{others}.")
    if offer:
        lines.append(fill(offer.text, known).strip())
    if warning:
        lines.insert(0, fill(warning.text, known).strip())
    elif notices.automated and not any(p.answer.metadata.get("says_automated") for p in parts):
        lines.insert(0, clinic.automated_notice)
    if notices.results_differ and any(part.answer.is_treatment_answer for part in parts):
        lines.append(clinic.results_differ_notice)
    return "\n".join(lines)


def _line(part: Part, known: Mapping[str, str], labelled: bool) -> str:
    text = fill(part.answer.text, known).strip()
    if part.lead_in:
        text = f"{part.lead_in}\n{text}"
    label = part.answer.metadata.get("label")
    return f"{label}: {text}" if labelled and label else text


def _quoted(text: str) -> str:
    short = text.strip(" ?!.,")
    return (
        short if len(short) <= _LONGEST_QUOTE else short[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
    )


def fill(text: str, known: Mapping[str, str]) -> str:
    """Replace the known ``{placeholders}`` in one pass: braces in a value stay as they are."""
    return _PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), text)


def next_topics(parts: Sequence[Part]) -> list[str]:
    """What the answers lead to: the first of each, then the second of each, and so on."""
    nexts = [part.answer.metadata.get("next", []) for part in parts]
    return [topic for topic in chain.from_iterable(zip_longest(*nexts)) if topic]


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
