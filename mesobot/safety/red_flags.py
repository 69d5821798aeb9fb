"""Danger signs in a message, by the wordings of ``clinic/red_flags.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from mesobot.knowledge.source import ContentError, LinedDict, Problem, line_of, read_yaml
from mesobot.safety.wordings import WORDS_BEFORE, WORDS_EARLIER, Spelling, compile_wordings, plain


class Danger(Enum):
    """How serious it is, most serious first; the values are intents of the domain."""

    EMERGENCY = "medical_emergency"
    DISTRESS = "distress"
    SEE_DOCTOR = "see_doctor_today"


_SECTIONS = {
    "emergency": Danger.EMERGENCY,
    "distress": Danger.DISTRESS,
    "see_doctor": Danger.SEE_DOCTOR,
}


@dataclass(frozen=True)
class RedFlag:
    """One danger sign found in a message.

    Attributes:
        danger: how serious it is.
        sign: its name in ``red_flags.yml``, e.g. ``breathing``.
        language: the wording's language.
    """

    danger: Danger
    sign: str
    language: str


@dataclass(frozen=True)
class _Sign:
    flag: RedFlag
    wordings: re.Pattern[str]


@dataclass(frozen=True)
class _Language:
    signs: tuple[_Sign, ...]
    before: re.Pattern[str] | None
    earlier: re.Pattern[str] | None
    calming: re.Pattern[str] | None


class RedFlags:
    """All wordings of all languages, ready to match."""

    def __init__(self, languages: Mapping[str, _Language], spelling: Spelling) -> None:
        """Use :func:`load_red_flags`."""
        self._languages = languages
        self._spelling = spelling

    def is_calm(self, text: str) -> bool:
        """Whether something in the message speaks against danger here and now."""
        message = plain(text)
        return any(
            language.calming and language.calming.search(message)
            for language in self._languages.values()
        )

    def is_urgent(self, text: str) -> bool:
        """Whether a sign of an emergency or of despair is in the message."""
        return any(flag.danger is not Danger.SEE_DOCTOR for flag in self.find(text))

    def find(self, text: str) -> list[RedFlag]:
        """The danger signs in a message, most serious first; empty when there is none."""
        message = self._spelling.correct(plain(text))
        order = list(Danger)
        found = {
            flag for language in self._languages.values() for flag in _found(message, language)
        }
        return sorted(found, key=lambda flag: (order.index(flag.danger), flag.sign))


def _found(message: str, language: _Language) -> Iterator[RedFlag]:
    if language.calming and language.calming.search(message):
        return
    for sign in language.signs:
        for match in sign.wordings.finditer(message):
            sentence = message[: match.start()].rsplit(" . ", maxsplit=1)[-1].strip()
            words = sentence.split()
            nearby, earlier = " ".join(words[-WORDS_BEFORE:]), " ".join(words[-WORDS_EARLIER:])
            if language.before and language.before.search(nearby):
                continue
            if language.earlier and language.earlier.search(earlier):
                continue
            yield sign.flag
            break


def load_red_flags(path: Path) -> RedFlags:
    """Read and compile the wordings.

    Raises:
        ContentError: saying where a section, list or wording cannot be used.
    """
    content = read_yaml(path)
    problems: list[Problem] = []
    languages: dict[str, _Language] = {}
    words: set[str] = set()
    for name, section in content.items():
        if not isinstance(section, LinedDict):
            problems.append(Problem(path, line_of(content, name), f"'{name}' must hold sections"))
            continue
        try:
            languages[name] = _language(name, section)
        except ValueError as error:
            problems.append(Problem(path, line_of(content, name), str(error)))
        words.update(_single_words(section))
    if problems:
        raise ContentError(problems)
    return RedFlags(languages, Spelling(words))


def _language(name: str, section: LinedDict) -> _Language:
    unknown = set(section) - {*_SECTIONS, "words", "unless"}
    if unknown:
        raise ValueError(f"unknown section '{min(unknown)}' in '{name}'")
    lists = section.get("words", {})
    unless = section.get("unless", {})
    signs = []
    for key, danger in _SECTIONS.items():
        for sign, wordings in section.get(key, {}).items():
            compiled = compile_wordings(_texts(wordings, f"{name}.{key}.{sign}"), lists)
            if compiled:
                signs.append(_Sign(RedFlag(danger, sign, name), compiled))
    return _Language(
        signs=tuple(signs),
        before=compile_wordings(_texts(unless.get("before", []), f"{name}.unless.before"), lists),
        earlier=compile_wordings(
            _texts(unless.get("earlier", []), f"{name}.unless.earlier"), lists
        ),
        calming=compile_wordings(
            _texts(unless.get("calming", []), f"{name}.unless.calming"), lists
        ),
    )


def _texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"'{where}' must be a list of wordings in quotes where YAML needs them")
    return value


def _single_words(section: LinedDict) -> Iterator[str]:
    for group in ("words", *_SECTIONS):
        for wordings in section.get(group, {}).values():
            for wording in wordings:
                for word in re.split(r"[ |]", str(wording)):
                    if word.isalpha():
                        yield plain(word)
