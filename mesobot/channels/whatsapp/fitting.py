"""Checks, before anything runs, that each text and choice that we own fits into a WhatsApp message.

What patients read is put together of them while they chat; what does not fit then is numbered or cut
(``rendering.py``), which reads worse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mesobot.channels.whatsapp.limits import (
    LONGEST_BODY,
    LONGEST_LIST_BUTTON,
    LONGEST_ROW,
    LONGEST_TEXT,
    MOST_BUTTONS,
    MOST_ROWS,
    fit_buttons,
    fit_rows,
)
from mesobot.channels.whatsapp.splitting import length
from mesobot.consultation.questionnaire import Questionnaire
from mesobot.dialogue.form_texts import form_buttons, form_values
from mesobot.dialogue.replies import fill
from mesobot.knowledge.clinic import Clinic
from mesobot.knowledge.source import LinedDict, Problem, line_of, read_yaml

_LIST_BUTTON = "utter_whatsapp_choose"
_FILLED = 40
"""Characters that are left for what a placeholder of a patient's stands for, as a name."""
_EXPECTATION = "tomorrow from 09:00 to 18:00"


def check_fit(data: Path, clinic: Clinic, questionnaire: Questionnaire) -> list[Problem]:
    """What does not fit, in reading order.

    Args:
        data: the folder with all data files.
        clinic: fills the texts, and its notices come with them.
        questionnaire: lists and texts of the form.
    """
    values = {
        **form_values({}, clinic, questionnaire, _EXPECTATION),
        **clinic.placeholders(),
    }
    return [
        Problem(path, line, f"{message} (WhatsApp)")
        for path in sorted(data.rglob("*.yml"))
        for name, reply in _replies(read_yaml(path))
        for line, message in _complaints(name, reply, values, clinic, questionnaire)
    ]


def _replies(content: LinedDict) -> Iterator[tuple[str, LinedDict]]:
    for name, variations in content.get("responses", {}).items():
        yield from ((name, reply) for reply in variations)


def _complaints(
    name: str,
    reply: LinedDict,
    values: Mapping[str, str],
    clinic: Clinic,
    questionnaire: Questionnaire,
) -> Iterator[tuple[int, str]]:
    metadata: Mapping[str, Any] = reply.get("metadata", {})
    text = fill(str(reply.get("text", "")).strip(), values)
    where = line_of(reply, "text")
    named = metadata.get("buttons")
    titles = [each["title"] for each in form_buttons(named, questionnaire)] if named else []
    notices = length(clinic.automated_notice) + length(clinic.results_differ_notice) + 2
    whole = length(text) + notices + _FILLED * text.count("{")
    offers = bool(titles or metadata.get("next"))
    longest = LONGEST_BODY if offers else LONGEST_TEXT
    if whole > longest:
        kind = "a text with choices" if offers else "a text"
        yield (
            where,
            f"with its notices the text has {whole} characters; {kind} has {longest} at most",
        )
    if titles and not (fit_buttons(titles) or fit_rows(titles)):
        yield (
            line_of(reply, "metadata"),
            f"choices must be different, {MOST_ROWS} at most, of {LONGEST_ROW} characters",
        )
    if "ask" in metadata and not fit_buttons([str(metadata["ask"])]):
        yield (
            line_of(reply, "metadata"),
            f"'ask' is no button; {MOST_BUTTONS} short ones stand in a row",
        )
    if name == _LIST_BUTTON and length(text) > LONGEST_LIST_BUTTON:
        yield where, f"the button of a list has {LONGEST_LIST_BUTTON} characters at most"
