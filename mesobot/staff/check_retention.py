"""`mesobot doctor`: how long patients' data is kept, and whether it is really erased then."""

from __future__ import annotations

from datetime import timedelta

from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.consultation.retention import STATUS_NAME, last_sweep
from mesobot.knowledge.source import ContentError
from mesobot.staff.check_delivery import in_words
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

OVERDUE_AFTER = timedelta(days=1)
_START = "The relay erases: start it (`make run`), or read its log."


def check_retention(here: Installation) -> Finding:
    """Whether what is too old has been erased lately."""
    topic = "retention"
    try:
        kept = load_questionnaire(here.clinic / "consultation.yml").retention
    except ContentError:
        return note(topic, "Not known while consultation.yml cannot be used.")
    rule = f"Requests are erased after {kept.requests} days, chats after {kept.chats}"
    swept = last_sweep(here.state / STATUS_NAME)
    if swept is None:
        return note(topic, f"{rule}; it has not happened here yet.", _START)
    age = here.now - swept
    if age > OVERDUE_AFTER:
        return fails(topic, f"{rule}, but it last happened {in_words(age)} ago.", _START)
    return fine(topic, f"{rule}; last done {in_words(max(age, timedelta(0)))} ago.")
