"""Errors of the Graph API as a caller gets them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_KNOWN = {
    0: (401, "We were unable to authenticate the app user"),
    4: (400, "(#4) Application request limit reached"),
    10: (403, "(#10) Application does not have permission for this action"),
    33: (400, "(#33) This object does not exist"),
    100: (400, "(#100) Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    2500: (400, "Unknown path components"),
    80007: (400, "(#80007) Rate limit issues"),
    130429: (429, "(#130429) Rate limit hit"),
    131000: (500, "(#131000) Something went wrong"),
    131008: (400, "(#131008) Required parameter is missing"),
    131009: (400, "(#131009) Parameter value is not valid"),
    131016: (503, "(#131016) Service unavailable"),
    131026: (400, "(#131026) Message undeliverable"),
    131047: (400, "(#131047) Re-engagement message"),
    131048: (400, "(#131048) Spam rate limit hit"),
    131051: (400, "(#131051) Unsupported message type"),
    131056: (400, "(#131056) (Business Account, Consumer Account) pair rate limit hit"),
    132000: (400, "(#132000) Number of parameters does not match the expected number of params"),
    132001: (404, "(#132001) Template name does not exist in the translation"),
    133016: (400, "(#133016) Account register deregister rate limit exceeded"),
}


@dataclass(frozen=True)
class GraphError:
    """One refusal.

    Attributes:
        details: what exactly is wrong.
        retry_after: seconds of a ``Retry-After`` header, or None.
    """

    code: int
    details: str = ""
    retry_after: float | None = None
    subcode: int | None = field(default=None)

    @property
    def status(self) -> int:
        """Of the HTTP answer."""
        return _KNOWN.get(self.code, (400, ""))[0]

    @property
    def title(self) -> str:
        """The same for every error of that code."""
        return _KNOWN.get(self.code, (400, f"(#{self.code})"))[1]

    @property
    def headers(self) -> dict[str, str]:
        """Of the HTTP answer."""
        return {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}

    def answer(self) -> dict[str, Any]:
        """Body of the HTTP answer."""
        error: dict[str, Any] = {"message": self.title, "type": "OAuthException", "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "fbtrace_id": "A0fake"}}

    def in_status(self) -> dict[str, Any]:
        """As in a ``failed`` status."""
        details = {"details": self.details or self.title}
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": details,
        }
