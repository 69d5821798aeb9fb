"""Our own spaCy pipeline: tokens, sentences, and the clinic's vocabulary as entities.

Built from code and ``clinic/vocabulary.yml`` into a folder that Rasa's SpacyNLP loads by
path, so no pretrained model is downloaded. It uses spaCy's own components only: loading
it needs none of our code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from mesobot.knowledge.source import ContentError, Problem, line_of, read_yaml

Vocabulary = dict[str, dict[str, list[str]]]

NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "couple": 2,
}  # fmt: skip
_VAGUE = ["few", "several", "some"]
_ISO_UNITS = {
    "minute": "PT{}M", "hour": "PT{}H", "day": "P{}D",
    "week": "P{}W", "month": "P{}M", "year": "P{}Y",
}  # fmt: skip


def load_vocabulary(path: Path) -> Vocabulary:
    """Entity → canonical value → spellings, as in ``clinic/vocabulary.yml``.

    Raises:
        ContentError: if the file does not have that shape.
    """
    content = read_yaml(path)
    problems = []
    for entity, values in content.items():
        if not isinstance(values, dict) or not all(
            isinstance(words, list) and all(isinstance(word, str) for word in words)
            for words in values.values()
        ):
            message = f"'{entity}' must map each value to a list of words"
            problems.append(Problem(path, line_of(content, entity), message))
    if problems:
        raise ContentError(problems)
    return content


def build_language(vocabulary: Vocabulary) -> Language:
    """A spaCy pipeline that finds the vocabulary's words and durations."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler: Any = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(list(_patterns(vocabulary)))
    return nlp


def write_language(vocabulary_file: Path, target: Path) -> None:
    """Build the pipeline and save it as the folder ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    build_language(load_vocabulary(vocabulary_file)).to_disk(target)


def _patterns(vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    for entity, values in vocabulary.items():
        if entity == "duration":
            continue
        for canonical, words in values.items():
            for word in words:
                yield {"label": entity, "pattern": word, "id": canonical}
    amounts = [*NUMBER_WORDS, *_VAGUE]
    amount: dict[str, Any] = {"LOWER": {"REGEX": rf"^(\d+([.,]\d+)?|{'|'.join(amounts)})$"}}
    for unit, words in vocabulary.get("duration", {}).items():
        name: dict[str, Any] = {"LOWER": {"IN": words}}
        filler = {"LOWER": {"IN": ["of", "few", "full", "whole"]}, "OP": "?"}
        yield {"label": "duration", "pattern": [amount, filler, name], "id": unit}
        glued = {"LOWER": {"REGEX": rf"^\d+({'|'.join(words)})$"}}
        yield {"label": "duration", "pattern": [glued], "id": unit}


def canonical_duration(text: str, unit: str) -> str:
    """ISO 8601 duration of a phrase like "two weeks" (``P2W``).

    A vague amount ("a few days") gives the bare unit with ``X``: ``PXD``, as TimeML
    (ISO 24617-1) writes it.
    """
    words = unicodedata.normalize("NFKC", text.lower()).split()
    if any(word in _VAGUE for word in words):
        return _ISO_UNITS[unit].format("X")
    digits = re.match(r"\d+(?:[.,]\d+)?", text)
    if digits:
        return _ISO_UNITS[unit].format(digits.group().replace(",", "."))
    named = [NUMBER_WORDS[word] for word in words if word in NUMBER_WORDS]
    return _ISO_UNITS[unit].format(max(named, default=1))
