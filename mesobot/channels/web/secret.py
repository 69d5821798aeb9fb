"""The key that signs session tokens: from the environment, or made once and kept privately."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mesobot.channels.web.settings_error import WebSettingsError
from mesobot.kept_secret import kept_secret

SECRET, PREVIOUS_SECRET = "MESOBOT_WEB_SECRET", "MESOBOT_WEB_SECRET_PREVIOUS"
_SHORTEST = 32


def signing_keys(environment: Mapping[str, str], state: Path) -> tuple[bytes, ...]:
    """The key to sign with, and the previous one if there is one.

    Args:
        environment: ``MESOBOT_WEB_SECRET`` and ``MESOBOT_WEB_SECRET_PREVIOUS``.
        state: folder in which a key is made when the environment gives none.

    Raises:
        WebSettingsError: if a secret is too short to be one.
    """
    given = environment.get(SECRET, "").strip() or kept_secret(state / "web.secret")
    previous = environment.get(PREVIOUS_SECRET, "").strip()
    for name, secret in ((SECRET, given), (PREVIOUS_SECRET, previous)):
        if secret and len(secret) < _SHORTEST:
            raise WebSettingsError(
                f"{name} is shorter than {_SHORTEST} characters. Make one with: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
    return tuple(secret.encode() for secret in (given, previous) if secret)
