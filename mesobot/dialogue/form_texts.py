"""What the replies of the consultation form are filled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from mesobot.consultation.questionnaire import Questionnaire
from mesobot.knowledge.clinic import Clinic

REFERENCE = "consultation_reference"


def form_values(
    answers: Mapping[str, str],
    clinic: Clinic,
    questionnaire: Questionnaire,
    expectation: str | None = None,
) -> dict[str, str]:
    """What each placeholder stands for.

    Args:
        answers: the fields' answers and the reference, as far as they are known, and what an
            action gives its reply.
        clinic: whose WhatsApp the link with the reference opens.
        questionnaire: lists and texts.
        expectation: when the clinic answers, if that is known: "tomorrow from 09:00".
    """
    reference = answers.get(REFERENCE, "")
    greeting = f"{clinic.whatsapp_greeting} {reference}".strip()
    return {
        **answers,
        "whatsapp_reference_link": f"{clinic.whatsapp_link}?text={quote(greeting, safe='')}",
        "answer_expected": _expected(clinic, expectation),
        "concerns": numbered(list(questionnaire.concerns.values())),
        "times": numbered(questionnaire.times),
        "privacy_notice": questionnaire.notice.text,
        "consent_question": questionnaire.consent.text,
        "request_days": str(questionnaire.retention.requests),
        "chat_days": str(questionnaire.retention.chats),
    }


def _expected(clinic: Clinic, expectation: str | None) -> str:
    if expectation is None:
        return "How soon they answer I do not know."
    return f"The clinic answers {expectation} ({clinic.city} time)."


def numbered(labels: Sequence[str]) -> str:
    """Choices as text: "1. Any time 2. Evenings"."""
    return " ".join(f"{number}. {label}" for number, label in enumerate(labels, start=1))


def form_buttons(named: Sequence[str] | str, questionnaire: Questionnaire) -> list[dict[str, str]]:
    """Buttons from labels, or from the list of the questionnaire that is named."""
    lists = {
        "concerns": tuple(questionnaire.concerns.values()),
        "times": questionnaire.times,
    }
    labels = lists[named] if isinstance(named, str) else named
    return [{"title": str(label), "payload": str(label)} for label in labels]
