"""`mesobot whatsapp check`: the clinic's number, its name, and whether it may send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mesobot.staff.findings import Finding, fails, fine, note

NUMBER_FIELDS = (
    "display_phone_number",
    "verified_name",
    "quality_rating",
    "name_status",
    "status",
    "health_status",
    "webhook_configuration",
)
"""What is read of a number."""

_GOOD_NAMES = ("APPROVED", "AVAILABLE_WITHOUT_REVIEW")


def number_findings(number: Mapping[str, Any], given: str | None) -> list[Finding]:
    """What the number is called and how well it is regarded.

    Args:
        number: ``NUMBER_FIELDS`` as WhatsApp gives them.
        given: the number as patients are given it, or None when not known.
    """
    shown, name = number.get("display_phone_number", "?"), number.get("verified_name", "?")
    status, review = number.get("status", "?"), number.get("name_status", "?")
    findings = []
    if status == "CONNECTED":
        findings.append(fine("phone number", f"{shown}, “{name}”, is connected."))
    else:
        step = "Register it on the app's page “API Setup”."
        findings.append(fails("phone number", f"{shown} is not connected ({status}).", step))
    if given is not None and _digits(given) != _digits(shown):
        sentence = f"Patients chat with {shown}, but the texts give them {given}."
        findings.append(note("clinic.yml", sentence, "Correct 'contact.whatsapp' in clinic.yml."))
    if review not in _GOOD_NAMES:
        step = "See the number's page in WhatsApp Manager."
        findings.append(note("display name", f"“{name}” is not approved ({review}).", step))
    quality = number.get("quality_rating", "UNKNOWN")
    if quality in ("YELLOW", "RED"):
        sentence = f"{quality}: patients block or report its messages."
        findings.append(note("quality", sentence, "See WhatsApp Manager, Insights."))
    return findings


def sending(number: Mapping[str, Any]) -> Finding:
    """Whether anything stands in the way of messages."""
    health = number.get("health_status", {}).get("can_send_message", "?")
    blame = [each for each in entities_of(number) if each.get("can_send_message") == health]
    parts = ", ".join(each["entity_type"].lower() for each in blame) or "?"
    if health == "AVAILABLE":
        return fine("sending", "Nothing stands in the way of messages.")
    if health == "BLOCKED":
        sentence = f"Messages are blocked ({parts})."
        return fails("sending", sentence, "WhatsApp Manager says why, under “Account”.")
    step = "WhatsApp Manager says why; often the business is not verified yet."
    return note("sending", f"Messages are limited ({health}: {parts}).", step)


def entities_of(number: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The number, its account, business and app, each with its ``id`` and health."""
    return list(number.get("health_status", {}).get("entities", []))


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
