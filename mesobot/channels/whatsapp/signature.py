"""Whether a webhook call comes from the platform: a signature over its raw body."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from mesobot.channels.whatsapp.configuration import ChannelSettings
from mesobot.consultation.graph_account import Provider

SIGNATURE = "x-hub-signature-256"
PARTNER_HEADER = "x-mesobot-token"
"""Partners that sign nothing send what they were told to, in a header of their settings."""


def is_genuine(settings: ChannelSettings, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the body was sent by whoever knows our secret; anything missing means no.

    Args:
        settings: the secrets.
        headers: of the request, with names in lower case.
        body: as it came over the wire.
    """
    if settings.account.provider is Provider.DIALOG360 and not settings.app_secret:
        return is_same(headers.get(PARTNER_HEADER, ""), settings.verify_token)
    expected = hmac.new(settings.app_secret.encode(), body, hashlib.sha256).hexdigest()
    return is_same(headers.get(SIGNATURE, ""), f"sha256={expected}")


def is_same(given: str, secret: str) -> bool:
    """Whether two texts are equal, in a time that does not tell how far they are."""
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
