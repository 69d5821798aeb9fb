"""`mesobot doctor`: what is configured, what is missing and what would fail."""

from __future__ import annotations

from collections.abc import Callable

from mesobot.staff.check_clinic import (
    check_clinic_file,
    check_content,
    check_opening_hours,
    check_questionnaire,
    check_whatsapp_number,
)
from mesobot.staff.check_delivery import (
    check_digest,
    check_inbox,
    check_mail,
    check_relay,
    check_whatsapp_template,
)
from mesobot.staff.check_machine import check_disk, check_model, check_python
from mesobot.staff.check_production import check_conversations, check_production, check_redis
from mesobot.staff.check_retention import check_retention
from mesobot.staff.check_store import check_database, check_key
from mesobot.staff.check_web import (
    check_limits,
    check_pages,
    check_privacy_link,
    check_session_secret,
    check_visitors,
)
from mesobot.staff.check_whatsapp import TOPIC, check_whatsapp_chats
from mesobot.staff.findings import Finding, fails
from mesobot.staff.installation import Installation

Check = Callable[[Installation], "Finding | list[Finding]"]

CHECKS: dict[str, Check] = {
    "Python": check_python,
    "model": check_model,
    "clinic.yml": check_clinic_file,
    "content": check_content,
    "consultation.yml": check_questionnaire,
    "WhatsApp number": check_whatsapp_number,
    "opening hours": check_opening_hours,
    "clinic's e-mail": check_inbox,
    "mail server": check_mail,
    "WhatsApp to staff": check_whatsapp_template,
    TOPIC: check_whatsapp_chats,
    "weekly digest": check_digest,
    "encryption key": check_key,
    "database": check_database,
    "relay": check_relay,
    "retention": check_retention,
    "website's pages": check_pages,
    "website's secret": check_session_secret,
    "website's visitors": check_visitors,
    "website's limits": check_limits,
    "website's privacy": check_privacy_link,
    "for the public": check_production,
    "conversations": check_conversations,
    "Redis": check_redis,
    "disk": check_disk,
}


def diagnose(here: Installation) -> list[Finding]:
    """Look at everything, in the order in which it is shown.

    A check that breaks is a finding, too: the others are still wanted.
    """
    findings: list[Finding] = []
    for topic, check in CHECKS.items():
        try:
            found = check(here)
        except Exception as error:
            # Its text may hold anything, a password in an address for example.
            sentence = f"It could not be looked at ({type(error).__name__})."
            found = fails(topic, sentence, "Please report this.")
        findings += found if isinstance(found, list) else [found]
    return findings
