"""Choices that a patient can tap: what comes back must be what was offered to that person.

The id of a button or list row holds the words that the tap stands for, and a signature. So a
choice still works after a restart, and nobody can make up another one.
"""

from __future__ import annotations

import hashlib
import hmac

_SIGNATURE = 16
LONGEST_VALUE = 150
"""Characters; with its signature an id stays within the 200 bytes of a list row."""


class ChoiceSigner:
    """Makes and reads the ids of choices.

    Args:
        secret: only the server knows it.
    """

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"mesobot whatsapp choices\0" + secret.encode()).digest()

    def id_of(self, value: str, person: str) -> str:
        """The id of a choice that is offered to a person."""
        return f"{value}#{self._signature(value, person)}"

    def value_of(self, identifier: str, person: str) -> str | None:
        """What a tapped choice stands for, None if it was not offered to that person by us."""
        value, _, signature = identifier.rpartition("#")
        expected = self._signature(value, person)
        return value if hmac.compare_digest(signature.encode(), expected.encode()) else None

    def _signature(self, value: str, person: str) -> str:
        text = f"{person}\0{value}".encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()[:_SIGNATURE]
