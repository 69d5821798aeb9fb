"""What the replies of the consultation form are filled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mesobot.consultation.questionnaire import Questionnaire
from mesobot.knowledge.clinic import Clinic

REFERENCE = "consultation_reference"
WAYS = ("WhatsApp", "E-mail")
"""How the clinic can reach somebody."""


def form_values(
    answers: Mapping[str, str],
    clinic: Clinic,
    questionnaire: Questionnaire,
    expectation: str | None = None,
    *,
    same_chat: bool = False,
    on_lines: bool = False,
) -> dict[str, str]:
    """What each placeholder stands for: those of the clinic, and those of the form.

    Args:
        answers: the fields' answers and the reference, as far as they are known, and what an
            action gives its reply.
        clinic: whose contacts are given.
        questionnaire: lists and texts.
        expectation: when the clinic answers, if that is known: "tomorrow from 09:00".
        same_chat: whether the patient writes to the clinic's own WhatsApp number already.
        on_lines: whether each choice stands on a line of its own, as on a phone.
    """
    between = "\n" if on_lines else " "
    return {
        **clinic.placeholders(answers.get(REFERENCE, ""), same_chat=same_chat),
        **answers,
        "answer_expected": _expected(clinic, expectation),
        "ways": numbered(WAYS, between),
        "concerns": numbered(list(questionnaire.concerns.values()), between),
        "times": numbered(questionnaire.times, between),
        "privacy_notice": questionnaire.notice.text,
        "consent_question": questionnaire.consent.text,
        "request_days": str(questionnaire.retention.requests),
        "chat_days": str(questionnaire.retention.chats),
    }


def _expected(clinic: Clinic, expectation: str | None) -> str:
    if expectation is None:
        return "How soon they answer I do not know."
    return f"The clinic answers {expectation} ({clinic.city} time)."


def numbered(labels: Sequence[str], between: str = " ") -> str:
    """Choices as text: "1. Any time 2. Evenings", or each on a line of its own."""
    listed = between.join(f"{number}. {label}" for number, label in enumerate(labels, start=1))
    return f"{between.strip(' ')}{listed}"


def form_buttons(named: Sequence[str] | str, questionnaire: Questionnaire) -> list[dict[str, str]]:
    """Buttons from labels, or from the list of the questionnaire that is named."""
    lists = {
        "concerns": tuple(questionnaire.concerns.values()),
        "times": questionnaire.times,
    }
    labels = lists[named] if isinstance(named, str) else named
    return [{"title": str(label), "payload": str(label)} for label in labels]
