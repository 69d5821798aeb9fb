"""What a patient reads when the assistant itself is broken."""

from __future__ import annotations

from mesobot.knowledge.clinic import Clinic


def apology(clinic: Clinic) -> str:
    """The one text that must not depend on anything that may be broken."""
    return (
        "Sorry, something is not working on my side. Please try again in a minute, or write to "
        f"the clinic on WhatsApp: {clinic.whatsapp_link}. In an emergency call "
        f"{clinic.emergency_number}."
    )
