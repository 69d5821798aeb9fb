"""Everything that can be said about the content before it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mesobot.channels.whatsapp.fitting import check_fit
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.knowledge.content import Content, load_content
from mesobot.knowledge.source import ContentError


def check_content(clinic: Path, data: Path, environment: Mapping[str, str]) -> Content:
    """Load the folders ``clinic/`` and ``data/`` and check that every channel can say what is there.

    Raises:
        ContentError: with every problem, not just the first.
    """
    content = load_content(clinic, data, environment)
    questionnaire = load_questionnaire(clinic / "consultation.yml")
    problems = check_fit(data, content.clinic, questionnaire)
    if problems:
        raise ContentError(problems)
    return content
