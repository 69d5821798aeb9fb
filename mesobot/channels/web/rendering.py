"""From what Rasa's dialogue sends in one turn to the one reply of the protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mesobot.knowledge.clinic import Clinic
from mesobot.safety.red_flags import Danger

SOURCE_LABEL = "From the clinic's article"
LANGUAGE = "en"

_KNOWN_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def render_reply(sent: Sequence[Mapping[str, Any]], clinic: Clinic) -> dict[str, Any] | None:
    """The content of the reply, or None if nothing was said.

    Args:
        sent: messages with ``text``, ``buttons`` and ``metadata``, in order.
        clinic: whose contacts become links.
    """
    text = "\n".join(str(each["text"]).strip() for each in sent if each.get("text")).strip()
    if not text:
        return None
    metadata = [each.get("metadata") or {} for each in sent]
    alarm = _most_serious(metadata)
    parts = {
        "topics": list(dict.fromkeys(t for each in metadata for t in each.get("topics", []))),
        "label": SOURCE_LABEL if any(each.get("facts") for each in metadata) else None,
        "choices": _choices(sent[-1].get("buttons") or []),
        "alarm": alarm,
        "links": links(text, clinic, urgent=alarm is not None),
    }
    said = {"text": _without_greeting(text, clinic), "lang": _language(metadata)}
    return said | {name: part for name, part in parts.items() if part}


def links(text: str, clinic: Clinic, *, urgent: bool) -> list[dict[str, str]]:
    """The clinic's contacts that a text names, each once; links to anywhere else are none.

    Args:
        text: of the reply.
        clinic: whose contacts count.
        urgent: whether the emergency number is one to call now.
    """
    found: dict[str, dict[str, str]] = {}

    def add(kind: str, href: str, shown: str) -> None:
        found.setdefault(kind, {"kind": kind, "href": href, "text": shown})

    if urgent and re.search(rf"(?<!\d){re.escape(clinic.emergency_number)}(?!\d)", text):
        add("tel", f"tel:{clinic.emergency_number}", clinic.emergency_number)
    # The number as a whole, and what the link opens with; a full stop after it is not part of it.
    pattern = re.escape(clinic.whatsapp_link) + r"(?!\d)(\?text=[\w%.~-]*[\w%~-])?"
    for match in sorted(re.finditer(pattern, text), key=lambda m: m[1] is None):
        add("whatsapp", match[0], clinic.whatsapp)
    if clinic.whatsapp in text:
        add("whatsapp", clinic.whatsapp_link, clinic.whatsapp)
    if clinic.email and clinic.email in text:
        add("email", f"mailto:{clinic.email}", clinic.email)
    return list(found.values())


def _without_greeting(text: str, clinic: Clinic) -> str:
    """A text whose WhatsApp links are short: the link card opens the chat with the greeting."""
    return re.sub(
        re.escape(clinic.whatsapp_link) + r"\?text=[\w%.~-]*[\w%~-]", clinic.whatsapp_link, text
    )


def _most_serious(metadata: Sequence[Mapping[str, Any]]) -> str | None:
    raised = {each.get("alarm") for each in metadata}
    return next((danger.value for danger in Danger if danger.value in raised), None)


def _choices(buttons: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Buttons of the last message only: they answer what was asked last."""
    return [
        {"title": str(button["title"]), "value": str(button.get("payload") or button["title"])}
        for button in buttons
        if button.get("title")
    ]


def _language(metadata: Sequence[Mapping[str, Any]]) -> str:
    named = [str(each["lang"]) for each in metadata if each.get("lang")]
    return named[0] if named and _KNOWN_LANGUAGE.fullmatch(named[0]) else LANGUAGE
