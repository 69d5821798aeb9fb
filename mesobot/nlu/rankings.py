"""The topics of the parts of one message: each part is ranked once, several of them together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from mesobot.nlu.topic_model import Ranked
from mesobot.safety.red_flags import Danger

_CONTACTS = re.compile(
    r"https?://\S+"
    r"|(?<!\S)\S*@\s?\S*"  # and what was meant as an address: "ada@ mail.com", "ada at gmail dot com"
    r"|(?<!\S)\S*(?:gmail|googlemail|hotmail|yahoo|icloud|yandex|protonmail|outlook\.)\S*"
    r"|\b(?:dot\s)?com\b(?:[ .]tr\b)?"
    r"|(?<!\S)\S+\.(?:com|net|org)\b\S*"
    r"|\+?\d(?:[ ()/.-]{0,2}\d){6,}",
    re.IGNORECASE,
)
_OTHER_LANGUAGE = "other_language"
_DANGERS = frozenset(danger.value for danger in Danger)


class Model(Protocol):
    """What is needed of the topic model."""

    def rank_all(self, texts: Sequence[str]) -> list[list[Ranked]]:
        """For each text all topics, most likely first."""
        ...


class Rankings:
    """What the model makes of a message and of its parts; thrown away with the message."""

    def __init__(self, model: Model) -> None:
        """Nothing has been ranked yet."""
        self._model = model
        self._known: dict[str, list[Ranked]] = {}

    def __call__(self, part: str) -> list[Ranked]:
        """All topics of a part, most likely first."""
        if part not in self._known:
            self.ahead([part])
        return self._known[part]

    def ahead(self, parts: Sequence[str]) -> None:
        """Rank parts that will be asked for: together they take less time than one by one."""
        unknown = list(dict.fromkeys(part for part in parts if part not in self._known))
        rankings = self._model.rank_all([without_contacts(part) for part in unknown])
        self._known.update(zip(unknown, rankings, strict=True))

    def topics(self, part: str) -> list[Ranked]:
        """The same without the dangers."""
        return [ranked for ranked in self(part) if ranked.topic not in _DANGERS]

    def dangers(self, part: str) -> dict[Danger, float]:
        """How strongly a part resembles each danger, where that is known."""
        return {Danger(r.topic): r.belief for r in self(part) if r.topic in _DANGERS}


def language_of(ranking: Sequence[Ranked]) -> str | None:
    """What the most likely topic says about the language, where it is known not to be English."""
    group, _, language = ranking[0].topic.partition("/")
    return language if group == _OTHER_LANGUAGE and language != "other" else None


def without_contacts(text: str) -> str:
    """A text without addresses, links and phone numbers: what their letters resemble means nothing."""
    return _CONTACTS.sub(" ", text)
