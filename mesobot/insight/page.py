"""A digest as one page that needs nothing else: no script, no other file, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mesobot.consultation.request import State
from mesobot.insight import pictures
from mesobot.insight.advice import DANGERS, LANGUAGES, advice_for
from mesobot.insight.digest import Digest
from mesobot.insight.masking import LIMITS
from mesobot.insight.missed import MissedGroup
from mesobot.insight.outcome import Outcome
from mesobot.insight.phrases import change, counted, length, listed, percent
from mesobot.insight.requests import Wait
from mesobot.pages.rendering import render

_HERE = Path(__file__).parent
_MOST = 12
"""Rows and groups that are shown at once; the others can be opened."""
_OUTCOMES = (
    (Outcome.ANSWERED, "Answered", "one"),
    (Outcome.PARTLY, "Answered in part", "six"),
    (Outcome.TO_CLINIC, "Passed to the clinic: prices, own health, hours", "two"),
    (Outcome.NOT_IN_ARTICLE, "Not in the article", "three"),
    (Outcome.NOT_UNDERSTOOD, "Not understood", "four"),
    (Outcome.OFF_TOPIC, "About something else", "seven"),
    (Outcome.OTHER_LANGUAGE, "In another language", "five"),
)
_STATES = {
    State.NEW: "New, clinic not told yet",
    State.NOTIFIED: "Clinic told, nobody has taken it",
    State.CLAIMED: "Somebody takes care of it",
    State.CONTACTED: "Patient answered",
    State.CLOSED: "Closed",
    State.ERASED: "Erased",
}
_CHANNELS = {"web": "the website", "whatsapp": "WhatsApp", "rest": "the REST channel"}


@dataclass(frozen=True)
class Row:
    """A line of a table: what, how many, as a share of the longest or of all."""

    name: str
    count: int
    share: float | None
    style: str = "one"


@dataclass(frozen=True)
class TopicRow:
    """A topic, and how it was in the period before (None if nothing is known of that)."""

    label: str
    count: int
    before: int | None
    longest: int

    @property
    def share(self) -> float:
        """Length of its bar."""
        return self.count / self.longest

    @property
    def before_share(self) -> float | None:
        """Place of the tick."""
        return None if self.before is None else self.before / self.longest


def digest_page(digest: Digest) -> str:
    """The digest as HTML; every text in it is escaped."""
    chats, requests = digest.chats, digest.requests
    return render(
        _HERE,
        "digest.html.jinja",
        "digest.css",
        {"percent": percent, "counted": counted, "change": change, "duration": length},
        digest=digest,
        pictures=pictures,
        advice=advice_for(digest),
        limits=LIMITS,
        most=_MOST,
        shares=[(style, chats.outcomes[outcome]) for outcome, _, style in _OUTCOMES],
        outcomes=[
            Row(name, count, count / chats.questions, style)
            for outcome, name, style in _OUTCOMES
            if (count := chats.outcomes[outcome])
        ],
        topics=_topics(digest),
        states=_rows((_STATES[state], count, "two") for state, count in requests.states.items()),
        waits=_rows(
            (wait.value, count, "three" if wait is Wait.STILL else "one")
            for wait, count in requests.waits.items()
        ),
        dangers=[Row(name, chats.alarms.get(key, 0), None) for key, name in DANGERS.items()],
        languages=[
            Row(LANGUAGES.get(code, "Other or unknown"), count, None)
            for code, count in chats.languages.items()
        ],
        channels=_channels(chats.channels),
        verdict=lambda group: _verdict(group, digest.labels),
    )


def _rows(counted_names: Iterable[tuple[str, int, str]]) -> list[Row]:
    found = list(counted_names)
    longest = max((count for _, count, _ in found), default=0) or 1
    return [Row(name, count, count / longest, style) for name, count, style in found]


def _topics(digest: Digest) -> list[TopicRow]:
    now = {topic: n for topic, n in digest.chats.topics.items() if topic in digest.labels}
    before = digest.chats_before.topics if digest.chats_before else None
    longest = max([*now.values(), *(before or {}).values()], default=1)
    return [
        TopicRow(
            digest.labels[topic],
            count,
            None if before is None else before.get(topic, 0),
            longest,
        )
        for topic, count in now.items()
    ]


def _channels(counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    parts = [f"{count} through {_CHANNELS.get(name, name)}" for name, count in counts.items()]
    return f"Of the conversations, {listed(parts)}."


def _verdict(group: MissedGroup, labels: Mapping[str, str]) -> str:
    why = (
        "understood, but the article says nothing about it"
        if group.understood
        else "not understood"
    )
    near = f"the nearest topic is “{labels[group.topic]}”" if group.topic else "no topic is near"
    return f"{why}; {near}"
