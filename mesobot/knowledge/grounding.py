"""The grounding check: no answer gives a figure that the clinic's article does not give.

For each answer: it cites existing facts; every amount and unit in it occurs in those facts;
it has no hype, no price, and is short enough. For each fact: some answer uses it, and every
figure of it is told by an answer that cites it. It reads figures, units and listed words; whether
a sentence without them is true to its facts, a person has to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mesobot.knowledge.facts import Fact
from mesobot.knowledge.source import ContentError, LinedDict, Problem, read_yaml
from mesobot.knowledge.topics import Topic

Amount = tuple[str, str]
"""An amount and its unit in the singular ("" without unit): ``("24", "hour")``."""

_NUMBER_WORDS = {
    "a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
    "fifteen": "15", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50",
    "sixty": "60", "ninety": "90", "half": "half",
    "few": "few", "several": "several", "couple": "few",
}  # fmt: skip
_COUNTED = ("session", "injection", "time")
_UNITS = "second|minute|hour|day|week|month|year|session|injection|time|percent|%|millimetre|mm|ml"
_WORD_AMOUNT = "|".join(_NUMBER_WORDS)
_MEASURE = re.compile(
    rf"\b(\d+(?:[.,]\d+)?|{_WORD_AMOUNT})"
    rf"(?:\s*(?:to|or|and|-|–)\s*(\d+(?:[.,]\d+)?|{_WORD_AMOUNT}))?"
    rf"(?:\s+of)?\s*({_UNITS})s?(?!\w)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


@dataclass(frozen=True)
class ContentRules:
    """What no answer may say (``clinic/content_rules.yml``)."""

    most_words: int
    hype: tuple[str, ...]
    price: tuple[str, ...]


def load_content_rules(path: Path) -> ContentRules:
    """Read the rules.

    Raises:
        ContentError: if the file does not have the expected keys.
    """
    content = read_yaml(path)
    if not _are_rules(content):
        message = "needs 'most_words' (a number), 'hype' and 'price' (lists of words)"
        raise ContentError([Problem(path, 1, message)])
    return ContentRules(content["most_words"], tuple(content["hype"]), tuple(content["price"]))


def _are_rules(content: LinedDict) -> bool:
    return (
        set(content) == {"most_words", "hype", "price"}
        and isinstance(content["most_words"], int)
        and all(
            isinstance(content[key], list) and all(isinstance(w, str) for w in content[key])
            for key in ("hype", "price")
        )
    )


def amounts(text: str) -> set[Amount]:
    """All amounts in a text with their units, e.g. ``{("3", "session"), ("6", "session")}``.

    Vague amounts count too when a unit follows ("a few days", "several months"); digits
    count with or without one.
    """
    plain = _PLACEHOLDER.sub(" ", text)
    found: set[Amount] = set()
    for match in _MEASURE.finditer(plain):
        unit = match.group(3).lower()
        for amount in match.group(1), match.group(2):
            if amount and not (amount.lower() in ("a", "an") and unit in _COUNTED):
                found.add((_NUMBER_WORDS.get(amount.lower(), amount), unit))
    measured = {amount for amount, _ in found}
    found |= {(digits, "") for digits in _DIGITS.findall(plain) if digits not in measured}
    return found


def forbidden_words(text: str, words: Iterable[str]) -> list[str]:
    """The words of the list that occur in the text ("*" at the end stands for any ending)."""
    plain = _PLACEHOLDER.sub(" ", text)
    return [word for word in words if _pattern(word).search(plain)]


def _pattern(word: str) -> re.Pattern[str]:
    ending = r"\w*" if word.endswith("*") else ""
    if not word:
        return re.compile(r"(?!)")
    core = re.escape(word.rstrip("*")) + ending
    return re.compile(rf"(?<!\w){core}(?!\w)" if word[0].isalnum() else core, re.IGNORECASE)


def wording_complaints(text: str, rules: ContentRules) -> Iterator[str]:
    """Why a reply is not plain or not short enough."""
    for word in forbidden_words(text, rules.hype):
        yield f"'{word}' promises or advertises; say it plainly"
    words = len(text.split())
    if words > rules.most_words:
        yield f"{words} words; at most {rules.most_words} are read to the end"


def check_grounding(
    topics: Mapping[str, Topic],
    facts: Mapping[str, Fact],
    facts_file: Path,
    rules: ContentRules,
    whatsapp: str = "",
) -> list[Problem]:
    """Everything in the answers that does not rest on the facts; empty when all is well.

    Args:
        topics: the answers, by topic id.
        facts: the facts, by id.
        facts_file: where the facts stand.
        rules: words that no answer may use, and its longest length.
        whatsapp: the number in what ``{how_to_reach}`` stands for: it is a fact as well.
    """
    told = {
        topic.id: amounts(topic.answer.replace("{how_to_reach}", whatsapp))
        for topic in topics.values()
        if topic.group == "faq"
    }
    problems: list[Problem] = []
    for topic in topics.values():
        stated = told.get(topic.id, amounts(topic.answer))
        problems += _answer(topic, stated, facts, rules)
    for fact in facts.values():
        citing = [topic.id for topic in topics.values() if fact.id in topic.facts]
        for complaint in _fact(fact, [told.get(name, set()) for name in citing]):
            problems.append(Problem(facts_file, fact.line, complaint))
    return sorted(problems)


def _fact(fact: Fact, citing: list[set[Amount]]) -> Iterator[str]:
    if fact.set_aside:
        return
    if not citing:
        yield f"no answer uses the fact '{fact.id}': name it under `facts:` of the answer that tells it"
        return
    told = {amount for amounts_told in citing for amount in amounts_told}
    for amount, unit in sorted(amounts(fact.text) - told):
        if amount[0].isdigit():
            figure = f"{amount} {unit}".strip()
            yield f"'{figure}' of the fact '{fact.id}' is told by no answer that cites it"


def _answer(
    topic: Topic, stated: set[Amount], facts: Mapping[str, Fact], rules: ContentRules
) -> Iterator[Problem]:
    def problem(message: str) -> Problem:
        return Problem(topic.path, topic.answer_line, message)

    cited = [facts[name] for name in topic.facts if name in facts]
    for name in topic.facts:
        if name not in facts:
            yield problem(f"the answer cites '{name}', which is not in clinic/facts.yml")
        elif facts[name].set_aside:
            yield problem(f"the fact '{name}' must not be used: {facts[name].set_aside}")
    supported = {amount for fact in cited for amount in amounts(fact.text)}
    for amount, unit in sorted(stated - supported):
        yield problem(
            f"'{f'{amount} {unit}'.strip()}' stands in none of the facts that are cited; if the article says so, put it into a fact of clinic/facts.yml and name that fact here"
        )
    for complaint in wording_complaints(topic.answer, rules):
        yield problem(complaint)
    if topic.group == "faq":
        for word in forbidden_words(topic.answer, rules.price):
            yield problem(f"'{word}' speaks of prices; the assistant never does")
