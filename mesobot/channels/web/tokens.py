"""Session tokens: who a browser is, said and signed by the server, never by the browser.

A token names a session by 128 random bits. Whoever cannot sign cannot name a session, so a
session id that somebody read elsewhere opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

VERSION = 1
LIFETIME = int(timedelta(days=30).total_seconds())
"""Seconds, unless it is set otherwise."""
RENEWED_AFTER = 1 / 30
"""Part of its lifetime after which a token is renewed at the next connect: usually a day."""

_SESSION = re.compile(r"[0-9a-f]{32}")
_LONGEST = 512
_PURPOSE = b"mesobot web session "


@dataclass(frozen=True)
class Session:
    """What a token says.

    Attributes:
        id: 128 random bits, in hexadecimal.
        issued: second since 1970.
        expires: second since 1970 from which on the token counts for nothing.
    """

    id: str
    issued: int
    expires: int


class SessionTokens:
    """Issues and reads tokens.

    Args:
        keys: the first one signs; tokens that the others signed are still read.
        clock: seconds since 1970.
        lifetime: seconds that a token counts for.
    """

    def __init__(
        self,
        keys: Sequence[bytes],
        clock: Callable[[], float] = time.time,
        lifetime: int = LIFETIME,
    ) -> None:
        self._keys = tuple(keys)
        self._clock = clock
        self._lifetime = lifetime

    def new(self) -> Session:
        """A session that nobody had before."""
        return self.renewed(secrets.token_hex(16))

    def renewed(self, session_id: str) -> Session:
        """The same session, from now on for its whole lifetime."""
        now = int(self._clock())
        return Session(session_id, now, now + self._lifetime)

    def is_due(self, session: Session) -> bool:
        """Whether the session's token is old enough to be replaced."""
        return self._clock() - session.issued > self._lifetime * RENEWED_AFTER

    def sign(self, session: Session) -> str:
        """The token of a session."""
        content = {"v": VERSION, "s": session.id, "i": session.issued, "e": session.expires}
        payload = _encode(json.dumps(content, separators=(",", ":")).encode())
        return f"{payload}.{_encode(_signature(self._keys[0], payload))}"

    def read(self, token: object) -> Session | None:
        """The session of a token, or None if it is expired, forged or no token at all."""
        if not isinstance(token, str) or len(token) > _LONGEST or not token.isascii():
            return None
        payload, _, signature = token.partition(".")
        if not any(
            hmac.compare_digest(_encode(_signature(key, payload)), signature) for key in self._keys
        ):
            return None
        session = _session(payload)
        return session if session and self._clock() < session.expires else None


def _session(payload: str) -> Session | None:
    """What a payload says; we signed it, but maybe with another version of this program."""
    try:
        content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        version, session = content["v"], Session(content["s"], content["i"], content["e"])
    except (ValueError, TypeError, KeyError):
        return None
    is_ours = version == VERSION and isinstance(session.id, str)
    return session if is_ours and _SESSION.fullmatch(session.id) else None


def _signature(key: bytes, payload: str) -> bytes:
    return hmac.new(key, _PURPOSE + payload.encode("ascii"), hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
