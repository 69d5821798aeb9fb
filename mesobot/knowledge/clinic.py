"""Who the clinic is and how to reach it (``clinic/clinic.yml``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mesobot.knowledge.source import ContentError, LinedDict, Problem, line_of, read_yaml

EMAIL_VARIABLE = "MESOBOT_CLINIC_EMAIL"

_PLACEHOLDER = re.compile(r"protected|example\.|^your|[@.]your|^$", re.IGNORECASE)
_EMAIL = re.compile(r"^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+$")


@dataclass(frozen=True)
class Clinic:
    """The clinic as patients meet it.

    Attributes:
        whatsapp: number as printed, e.g. ``+90 543 197 43 20``.
        email: address, or None when none is configured (then nobody is told of one).
    """

    city: str
    whatsapp: str
    whatsapp_greeting: str
    email: str | None
    emergency_number: str
    emergency_country: str
    automated_notice: str
    results_differ_notice: str

    @property
    def whatsapp_link(self) -> str:
        """Click-to-chat link (wa.me wants digits only)."""
        return f"https://wa.me/{re.sub(r'[^0-9]', '', self.whatsapp)}"

    @property
    def whatsapp_greeting_link(self) -> str:
        """Click-to-chat link that opens with the clinic's greeting already typed."""
        return f"{self.whatsapp_link}?text={quote(self.whatsapp_greeting, safe='')}"

    def placeholders(self) -> dict[str, str]:
        """What ``{names}`` in an answer stand for."""
        return {
            "automated": self.automated_notice,
            "city": self.city,
            "emergency_number": self.emergency_number,
            "emergency_country": self.emergency_country,
            "whatsapp_number": self.whatsapp,
            "whatsapp_link": self.whatsapp_link,
            "whatsapp_greeting_link": self.whatsapp_greeting_link,
            "or_by_email": f", or by e-mail: {self.email}" if self.email else "",
        }


def load_clinic(path: Path, environment: Mapping[str, str]) -> Clinic:
    """Read the clinic's configuration.

    Args:
        path: ``clinic.yml``.
        environment: ``MESOBOT_CLINIC_EMAIL`` in it wins over the file.

    Raises:
        ContentError: if something is missing, or the e-mail is a placeholder.
    """
    content = read_yaml(path)
    problems: list[Problem] = []

    def text(*keys: str) -> str:
        value: Any = content
        mapping: LinedDict = content
        for key in keys:
            if not isinstance(value, LinedDict) or key not in value:
                problems.append(Problem(path, mapping.line, f"'{'.'.join(keys)}' is missing"))
                return ""
            mapping, value = value, value[key]
        if not isinstance(value, str) or not value.strip():
            line = line_of(mapping, keys[-1])
            problems.append(Problem(path, line, f"'{'.'.join(keys)}' must be a text in quotes"))
            return ""
        return value.strip()

    clinic = Clinic(
        city=text("city"),
        whatsapp=text("contact", "whatsapp"),
        whatsapp_greeting=text("contact", "whatsapp_greeting"),
        email=_email(content, environment),
        emergency_number=text("emergency", "number"),
        emergency_country=text("emergency", "country"),
        automated_notice=text("notices", "automated"),
        results_differ_notice=text("notices", "results_differ"),
    )
    contact = content.get("contact")
    lines = contact if isinstance(contact, LinedDict) else content
    if clinic.whatsapp and not re.fullmatch(r"\+[0-9 ()-]{8,25}", clinic.whatsapp):
        message = "'contact.whatsapp' must be international, like \"+90 543 197 43 20\""
        problems.append(Problem(path, line_of(lines, "whatsapp"), message))
    if clinic.email is not None and not is_real_email(clinic.email):
        message = (
            f"the clinic's e-mail ({EMAIL_VARIABLE} or 'contact.email') is a placeholder or no "
            "address; give a real one or leave it empty"
        )
        problems.append(Problem(path, line_of(lines, "email"), message))
    if problems:
        raise ContentError(problems)
    return clinic


def is_real_email(address: str) -> bool:
    """Whether this looks like an address that somebody reads, not like a placeholder."""
    return bool(_EMAIL.match(address)) and not _PLACEHOLDER.search(address)


def _email(content: LinedDict, environment: Mapping[str, str]) -> str | None:
    contact = content.get("contact")
    written = contact.get("email") if isinstance(contact, dict) else None
    address = environment.get(EMAIL_VARIABLE, "").strip() or str(written or "").strip()
    return address or None
