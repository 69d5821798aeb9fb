"""Calls of the WhatsApp platform (Graph API), and what its answers mean."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from mesobot.consultation.clock import Clock, utc_now
from mesobot.consultation.delivery.problems import (
    ConfigurationProblem,
    DeliveryProblem,
    PermanentProblem,
    TemporaryProblem,
)
from mesobot.consultation.graph_account import GraphAccount

CALL_SECONDS = 20.0
THROTTLED = frozenset({4, 80007, 130429, 131048, 133016})
"""Too many messages to everybody."""
PAIR_LIMIT = 131056
"""Too many messages to one person."""
WINDOW_CLOSED = 131047
"""The person has not written for 24 hours: only templates get through."""
CALLBACK = "biz_opaque_callback_data"
"""What is sent under this name comes back with every status of the message."""

_LARGEST_ANSWER = 64 * 1024
_PASSING = frozenset({1, 2, 131000, 131016, 133004})
# Token, permissions, wrong id, account blocked or unpaid: somebody has to change a setting.
_ACCESS = frozenset({0, 3, 10, 190, 368, 131005, 131031, 131042, 131045, 133010})
_PERMISSIONS = range(200, 300)
_MISSING_OBJECT = (100, 33)
_LONGEST_WAIT = timedelta(days=1)


class GraphClient:
    """Posts to the messages of one account, over connections that are kept.

    Args:
        account: whose messages.
        clock: for a ``Retry-After`` that is a date.
        call_seconds: how long a call may take.
    """

    def __init__(
        self, account: GraphAccount, clock: Clock = utc_now, call_seconds: float = CALL_SECONDS
    ) -> None:
        self._account = account
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=call_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> GraphClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()
        self._session = None

    async def send(self, message: Mapping[str, Any]) -> str:
        """Have a message accepted.

        Returns:
            The platform's id of it.

        Raises:
            DeliveryProblem: if it was not accepted, or if that is not known.
        """
        status, headers, body = await self._post(message)
        problem = problem_of(status, headers, body, self._clock())
        if problem is not None:
            raise problem
        first = body["messages"][0]
        return str(first.get("id", "")) if isinstance(first, dict) else ""

    async def tell(self, notice: Mapping[str, Any]) -> None:
        """Post what is no message, for example that one was read.

        Raises:
            DeliveryProblem: if it was not accepted, or if that is not known.
        """
        status, headers, body = await self._post(notice)
        if status != 200 or not body.get("success"):  # noqa: PLR2004
            raise problem_of(status, headers, body, self._clock()) or TemporaryProblem(f"{status}")

    async def _post(
        self, content: Mapping[str, Any]
    ) -> tuple[int, Mapping[str, str], Mapping[str, Any]]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        try:
            async with self._session.post(
                self._account.messages,
                json=content,
                headers=self._account.headers,
                allow_redirects=False,  # the token is for this host only
            ) as answer:
                body = _parsed(await answer.content.read(_LARGEST_ANSWER))
                return answer.status, answer.headers, body
        except asyncio.TimeoutError:
            raise TemporaryProblem("no answer in time", ambiguous=True) from None
        except aiohttp.ClientConnectorCertificateError:
            raise ConfigurationProblem("certificate not trusted") from None
        except aiohttp.ClientConnectorError:
            raise TemporaryProblem("no connection") from None
        except (aiohttp.ClientError, OSError):
            raise TemporaryProblem("connection lost", ambiguous=True) from None


def problem_of(
    status: int, headers: Mapping[str, str], body: Mapping[str, Any], now: datetime
) -> DeliveryProblem | None:
    """What the API's answer means, by its error code first and its status otherwise.

    Args:
        status: of the HTTP answer.
        headers: of the HTTP answer; ``Retry-After`` is honoured.
        body: parsed JSON, empty if there was none.
        now: present moment.

    Returns:
        None if the message was accepted.
    """
    error = body.get("error")
    if error is None and status == 200 and body.get("messages"):  # noqa: PLR2004
        return None
    details = error if isinstance(error, Mapping) else {}
    code, subcode = (_number(details.get(name)) for name in ("code", "error_subcode"))
    text = f"{status}" if code is None else f"{status}, error {code}"
    if status == 429 or status >= 500 or code in THROTTLED | _PASSING | {PAIR_LIMIT}:  # noqa: PLR2004
        wait = _retry_after(headers.get("Retry-After"), now)
        return TemporaryProblem(text, wait, code=code)
    if (
        status in (401, 403)
        or (status == 404 and code is None)  # noqa: PLR2004 - wrong version or address
        or code in _ACCESS
        or (code is not None and code in _PERMISSIONS)
        or (code, subcode) == _MISSING_OBJECT
    ):
        return ConfigurationProblem(text, code=code)
    if status < 400:  # noqa: PLR2004 - not what the Graph API answers; perhaps a proxy in between
        return TemporaryProblem(f"{text}, unexpected", code=code)
    return PermanentProblem(text, code=code)


def reported_problem(errors: object, now: datetime) -> DeliveryProblem:
    """Why a message that had been accepted failed later, from the errors of its status."""
    first = errors[0] if isinstance(errors, list) and errors else None
    details = first if isinstance(first, dict) else {}
    return problem_of(400, {}, {"error": details}, now) or PermanentProblem("failed")


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    if value is None:
        return None
    if value.strip().isdecimal():
        return min(timedelta(seconds=min(int(value), 10**6)), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return min(max(moment - now, timedelta(0)), _LONGEST_WAIT)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
