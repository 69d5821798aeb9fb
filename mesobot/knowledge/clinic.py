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
TO_A_PERSON = (
    *("write_to_clinic", "write_to_clinic_at", "write_with_greeting", "write_with_reference"),
    *("how_to_reach", "or_yourself", "contact_tr", "contact_de", "contact_ru", "contact_ar"),
)
"""What answers may say about how to reach a person, each in two wordings."""
_ELSEWHERE, _SAME_CHAT = "elsewhere", "same_chat"
_PLACEHOLDER_NAME = re.compile(r"\{(\w+)\}")
_EMAIL = re.compile(r"^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+$")


@dataclass(frozen=True)
class Clinic:
    """The clinic as patients meet it.

    Attributes:
        whatsapp: number as printed, e.g. ``+90 543 197 43 20``.
        email: address, or None when none is configured (then nobody is told of one).
        to_a_person: for each of ``TO_A_PERSON`` the words for patients elsewhere, and for those
            who chat on the clinic's own number.
    """

    city: str
    whatsapp: str
    whatsapp_greeting: str
    email: str | None
    emergency_number: str
    emergency_country: str
    automated_notice: str
    results_differ_notice: str
    to_a_person: Mapping[str, tuple[str, str]]

    @property
    def whatsapp_link(self) -> str:
        """Click-to-chat link (wa.me wants digits only)."""
        return f"https://wa.me/{_digits(self.whatsapp)}"

    @property
    def whatsapp_greeting_link(self) -> str:
        """Click-to-chat link that opens with the clinic's greeting already typed."""
        return self._link_with(self.whatsapp_greeting)

    def _link_with(self, text: str) -> str:
        # Whoever makes links of what looks like one leaves a full stop at its end out.
        return f"{self.whatsapp_link}?text={quote(text, safe='').replace('.', '%2E')}"

    def is_reached_on(self, line: str | None) -> bool:
        """Whether a chat on that WhatsApp number is one with the clinic itself.

        Args:
            line: the number, in whatever form; None if it is not known: then it may be.
        """
        return line is None or _digits(line) == _digits(self.whatsapp)

    def placeholders(self, reference: str = "", *, same_chat: bool = False) -> dict[str, str]:
        """What ``{names}`` in an answer stand for.

        Args:
            reference: of the patient's request, if there is one.
            same_chat: whether the patient writes to the clinic's own WhatsApp number already.
        """
        greeting = f"{self.whatsapp_greeting} {reference}".strip()
        contacts = {
            "whatsapp_number": self.whatsapp,
            "whatsapp_link": self.whatsapp_link,
            "whatsapp_greeting_link": self.whatsapp_greeting_link,
            "whatsapp_reference_link": self._link_with(greeting),
        }
        ways = {name: words[same_chat] for name, words in self.to_a_person.items()}
        return {
            **{name: _filled(words, contacts) for name, words in ways.items()},
            "automated": self.automated_notice,
            "city": self.city,
            "emergency_number": self.emergency_number,
            "emergency_country": self.emergency_country,
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
        to_a_person={
            name: (text("to_a_person", name, _ELSEWHERE), text("to_a_person", name, _SAME_CHAT))
            for name in TO_A_PERSON
        },
    )
    contact = content.get("contact")
    lines = contact if isinstance(contact, LinedDict) else content
    if clinic.whatsapp and not re.fullmatch(r"\+[0-9 ()-]{8,25}", clinic.whatsapp):
        message = "'contact.whatsapp' must be international, like \"+90 543 197 43 20\""
        problems.append(Problem(path, line_of(lines, "whatsapp"), message))
    for name, (_, same_chat) in clinic.to_a_person.items():
        if "_link}" in same_chat:
            where = line_of(content["to_a_person"][name], _SAME_CHAT)
            message = f"'to_a_person.{name}.{_SAME_CHAT}' links to the number that the chat is on"
            problems.append(Problem(path, where, message))
    if clinic.email is not None and not is_real_email(clinic.email):
        message = (
            f"the clinic's e-mail ({EMAIL_VARIABLE} or 'contact.email') is a placeholder or no "
            "address; give a real one or leave it empty"
        )
        problems.append(Problem(path, line_of(lines, "email"), message))
    if problems:
        raise ContentError(problems)
    return clinic


def _digits(number: str) -> str:
    return re.sub(r"[^0-9]", "", number)


def _filled(words: str, contacts: Mapping[str, str]) -> str:
    return _PLACEHOLDER_NAME.sub(lambda match: contacts.get(match[1], match[0]), words)


def is_real_email(address: str) -> bool:
    """Whether this looks like an address that somebody reads, not like a placeholder."""
    return bool(_EMAIL.match(address)) and not _PLACEHOLDER.search(address)


def _email(content: LinedDict, environment: Mapping[str, str]) -> str | None:
    contact = content.get("contact")
    written = contact.get("email") if isinstance(contact, dict) else None
    address = environment.get(EMAIL_VARIABLE, "").strip() or str(written or "").strip()
    return address or None
