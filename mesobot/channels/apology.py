"""What a patient reads when the assistant itself is broken."""

from __future__ import annotations

from mesobot.knowledge.clinic import Clinic


def apology(clinic: Clinic, *, same_chat: bool = False) -> str:
    """The one text that must not depend on anything that may be broken.

    Args:
        clinic: whose contacts are given.
        same_chat: whether the patient writes to the clinic's own WhatsApp number already.
    """
    if not same_chat:
        instead = f", or write to the clinic on WhatsApp: {clinic.whatsapp_link}"
    else:
        instead = f", or write to the clinic by e-mail: {clinic.email}" if clinic.email else ""
    return (
        f"Sorry, something is not working on my side. Please try again in a minute{instead}. "
        f"In an emergency call {clinic.emergency_number}."
    )
