"""Reads a message as the form would, with an answer or two given before."""

from mesobot.consultation.form import Field, FormReading
from mesobot.consultation.form_answers import read_answer
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.paths import CLINIC

LISTS = load_questionnaire(CLINIC / "consultation.yml")


def read(
    asked: Field,
    text: str,
    *,
    topic: str = "out_of_scope",
    score: float = 0.3,
    way: str = "whatsapp",
    contact: str | None = None,
    name: str | None = None,
    known_number: str | None = None,
) -> FormReading | None:
    answers = {Field.WAY: way} | ({Field.CONTACT: contact} if contact else {})
    answers |= {Field.NAME: name} if name else {}
    return read_answer(
        asked, text, LISTS, topic=topic, score=score, answers=answers, known_number=known_number
    )
