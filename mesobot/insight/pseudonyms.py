"""Names for conversations that lead back to nobody without a key: in logs and for staff."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from mesobot.kept_secret import kept_secret

KEY_VARIABLE = "MESOBOT_PSEUDONYM_KEY"
FILE_NAME = "pseudonyms.key"
_DIGITS = 12


class Pseudonyms:
    """The same name for the same sender, as long as the key is the same.

    A hash alone would not do: senders of a messenger are phone numbers, and all of these can be
    tried in an hour.
    """

    def __init__(self, key: str) -> None:
        """Use a key that nobody else knows."""
        self._key = key.encode()

    def of(self, sender: str) -> str:
        """Twelve hexadecimal digits."""
        return hmac.new(self._key, sender.encode(), hashlib.sha256).hexdigest()[:_DIGITS]


def open_pseudonyms(environment: Mapping[str, str], state: Path) -> Pseudonyms:
    """With the key of ``MESOBOT_PSEUDONYM_KEY``, or one that is made once in the state folder.

    Raises:
        OSError: if the key cannot be kept there.
    """
    given = environment.get(KEY_VARIABLE, "").strip()
    return Pseudonyms(given or kept_secret(state / FILE_NAME))
