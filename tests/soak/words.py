"""What patients of a soak say. All of it must stay out of the logs."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

QUESTIONS = (
    ("does it hurt?", "pain"),
    ("how many sessions do i need", "sessions_needed"),
    ("is there any downtime", "downtime"),
    ("what are the side effects", "side_effects"),
    ("how many minutes is a session", "procedure_duration"),
    ("is there numbing cream?", "anesthetic"),
    ("what is mesotherapy", "what_is"),
)
"""With the topic that must be named in the reply."""
OTHERS = (
    "i take blood thinners, can i still do it",
    "how much is it",
    "thanks!",
    "hello",
    "and then?",
)
"""Their replies depend on what was said before."""
EMERGENCIES = (
    "help my throat is swelling i cannot breathe",
    "my lips are swelling and i cannot breathe",
    "i have chest pain and i cannot breathe",
    "she fainted after the injection and does not wake up",
    "i cannot breathe after the injection",
)
GARBAGE = (
    '/restart{"a": 1}',
    "/faq{}",
    "\u0000\u0007 \u202e asdf",
    "🙂" * 200,
    "x" * 3_000,
    "<script>alert(1)</script>",
    "' or 1=1; drop table events; --",
    "?",
)
_REFERENCE = re.compile(r"M-[A-Z0-9]{6}")
_LEAKS = ("does it hurt", "throat is swelling", "lips are swelling", "chest pain", "blood thinners")


@dataclass(frozen=True)
class Identity:
    """Somebody whom nobody else is called like."""

    family: str = field(default_factory=lambda: "Quux" + _letters())
    number: str = field(default_factory=lambda: f"0532{secrets.randbelow(10**7):07}")

    @property
    def name(self) -> str:
        """As it is typed into the form."""
        return f"Ada {self.family}"

    @property
    def address(self) -> str:
        """Of e-mail."""
        return f"{self.family.lower()}@corge.com"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What of it must be in no log."""
        return (self.family, self.number[1:])


def reference_in(text: str) -> str | None:
    """The reference of a saved request, whether it was saved now or by an earlier attempt."""
    is_saved = "Saved. Your reference is" in text or "is already saved, under the reference" in text
    found = _REFERENCE.search(text) if is_saved else None
    return found[0] if found else None


def answer_of_form(reply: str, who: Identity, by_mail: bool) -> str | None:
    """What is said next on the way to a saved request; None if the form asks for nothing."""
    asked = {
        "How should the clinic reach you?": "2" if by_mail else "1",
        "What is your name?": who.name,
        "What is your e-mail address?": who.address,
        "What is your WhatsApp number?": who.number,
        "What is it about?": "6",
        "When would you like": "any time",
        "May the clinic store this": "yes",
        "Shall I send it?": "yes",
        "Shall they write to the number": "yes",
    }
    found = [(reply.rfind(question), answer) for question, answer in asked.items()]
    place, answer = max(found)
    return answer if place >= 0 else None


def leaked(text: str, identities: list[Identity]) -> set[str]:
    """Words of patients that a log holds."""
    low = text.lower()
    ours = [word for each in identities for word in each.secrets]
    return {word for word in (*_LEAKS, *ours) if word.lower() in low}


def _letters() -> str:
    return "".join(secrets.choice("bdklmnrt" if place % 2 else "aeiou") for place in range(10))
