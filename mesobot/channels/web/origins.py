"""Which web pages may use the chat: those of listed origins, and of the server's own.

Checked by the server for each request, polling and websocket alike: browsers do not stop a
foreign page from opening a websocket.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mesobot.channels.web.settings_error import WebSettingsError

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True)
class Origins:
    """The allow-list.

    Attributes:
        listed: origins such as ``https://www.clinic.example``.
    """

    listed: frozenset[str]

    def allow(self, headers: Mapping[str, str], scheme: str) -> bool:
        """Whether a request with these headers may be served.

        Browsers leave ``Origin`` out for requests within one origin (and programs that are no
        browsers always may): then ``Sec-Fetch-Site`` must not say that it comes from elsewhere.

        Args:
            headers: of the request; names are not case-sensitive.
            scheme: by which the browser reached us: ``http`` or ``https``.
        """
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
        own = normal_origin(f"{scheme}://{headers.get('host', '')}")
        return normal_origin(origin) in self.listed | ({own} if own else set())


def read_origins(texts: Iterable[str]) -> Origins:
    """An allow-list from what the site's owner wrote.

    Raises:
        WebSettingsError: if one of them is no origin; ``*`` is none either.
    """
    listed = set()
    for text in texts:
        origin = normal_origin(text)
        if origin is None:
            raise WebSettingsError(
                f"MESOBOT_WEB_ORIGINS: {text!r} is no origin. Write https://www.clinic.example, "
                "without a path; several with commas between them."
            )
        listed.add(origin)
    return Origins(frozenset(listed))


def normal_origin(text: str) -> str | None:
    """An origin as browsers send it, or None: lower case, no slash, no default port."""
    origin = text.strip().rstrip("/").lower()
    if not _ORIGIN.fullmatch(origin):
        return None
    return origin.removesuffix(_DEFAULT_PORTS[origin.partition(":")[0]])
