"""Contact fields encrypted at rest, and pseudonyms that cannot be turned back.

Without a key values are kept as they are. Several keys allow for rotation: the first one
encrypts, all of them decrypt.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

KEY_VARIABLE = "MESOBOT_ENCRYPTION_KEY"
MAKE_KEY = "openssl rand -base64 32 | tr +/ -_"
"""Prints a Fernet key; that is any other secret's length, too, so one command serves for all."""

_PLAIN = "plain:"
_SEALED = "sealed:"


class EncryptionKeyError(ValueError):
    """What was given as a key is none."""


class SealedError(Exception):
    """A value was encrypted with a key that is not there now."""


class Sealer:
    """Encrypts and decrypts single values.

    Args:
        keys: Fernet keys (32 bytes in URL-safe base64), the one for encrypting first; none
            to keep values as they are.

    Raises:
        EncryptionKeyError: if one of them is not such a key.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None
        except ValueError:
            raise EncryptionKeyError(
                f"{KEY_VARIABLE} must hold Fernet keys (32 bytes in URL-safe base64), "
                f"separated by commas; make one with: {MAKE_KEY}"
            ) from None
        self._digest_keys = tuple(
            hashlib.sha256(b"mesobot pseudonyms\0" + key.encode()).digest() for key in keys
        )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Sealer:
        """With the keys in ``MESOBOT_ENCRYPTION_KEY``, separated by commas or spaces."""
        return cls(re.findall(r"[^\s,]+", environment.get(KEY_VARIABLE, "")))

    @property
    def encrypts(self) -> bool:
        """Whether a key is set."""
        return self._fernet is not None

    def seal(self, text: str) -> str:
        """The text as it is to be stored."""
        if self._fernet is None:
            return _PLAIN + text
        return _SEALED + self._fernet.encrypt(text.encode()).decode()

    def unseal(self, stored: str) -> str:
        """The text that was stored.

        Raises:
            SealedError: if it was encrypted with a key that is not there now.
        """
        if stored.startswith(_PLAIN):
            return stored.removeprefix(_PLAIN)
        if self._fernet is None:
            raise SealedError(f"encrypted, but {KEY_VARIABLE} is not set")
        try:
            return self._fernet.decrypt(stored.removeprefix(_SEALED).encode()).decode()
        except InvalidToken:
            raise SealedError(f"encrypted with a key that is not in {KEY_VARIABLE}") from None

    def pseudonym(self, *parts: str) -> str:
        """A fingerprint of these texts that is the same each time (64 hexadecimal digits)."""
        return self.pseudonyms(*parts)[0]

    def pseudonyms(self, *parts: str) -> list[str]:
        """The fingerprint under each key and under none, the present one first.

        What was stored before a key was set or changed is found by the others.
        """
        text = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        keyed = [hmac.new(key, text, hashlib.sha256).hexdigest() for key in self._digest_keys]
        return [*keyed, hashlib.sha256(text).hexdigest()]
