"""Tells the clinic's staff of a request by a WhatsApp template message (Cloud API).

The template has two parameters, the reference and how the patient wants to be reached: nothing
personal passes through the platform. Its text could be "New consultation request {{1}}, to be
answered by {{2}}."
"""

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
from mesobot.consultation.mail_settings import WhatsAppSettings
from mesobot.consultation.outbox import Delivery
from mesobot.consultation.request import Way

_CALL_SECONDS = 20.0
_LARGEST_ANSWER = 64 * 1024
_WAYS = {Way.WHATSAPP: "WhatsApp", Way.EMAIL: "e-mail"}

_THROTTLED = frozenset({4, 80007, 130429, 131048, 131056, 133016})
_PASSING = frozenset({1, 2, 131000, 131016, 133004})
# Token, permissions, wrong id, account blocked or unpaid: somebody has to change a setting.
_ACCESS = frozenset({0, 3, 10, 190, 368, 131005, 131031, 131042, 131045, 133010})
_PERMISSIONS = range(200, 300)
_MISSING_OBJECT = (100, 33)
_LONGEST_WAIT = timedelta(days=1)


class WhatsAppTemplateSender:
    """Delivers by one call of the Graph API.

    Args:
        settings: account, template and staff number.
        clock: for a ``Retry-After`` that is a date.
        call_seconds: how long a call may take.
    """

    def __init__(
        self,
        settings: WhatsAppSettings,
        clock: Clock = utc_now,
        call_seconds: float = _CALL_SECONDS,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=call_seconds)

    async def deliver(self, delivery: Delivery) -> None:
        """Have the message accepted by the Graph API.

        Raises:
            DeliveryProblem: if it was not accepted, or if that is not known.
        """
        settings = self._settings
        address = f"{settings.url}/{settings.version}/{settings.phone_number_id}/messages"
        headers = {"Authorization": f"Bearer {settings.token}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(
                    address,
                    json=template_message(delivery, settings),
                    headers=headers,
                    allow_redirects=False,  # the token is for this host only
                ) as answer,
            ):
                body = _parsed(await answer.content.read(_LARGEST_ANSWER))
                problem = problem_of(answer.status, answer.headers, body, self._clock())
        except asyncio.TimeoutError:
            raise TemporaryProblem("no answer in time") from None
        except aiohttp.ClientConnectorCertificateError:
            raise ConfigurationProblem("certificate not trusted") from None
        except (aiohttp.ClientError, OSError):
            raise TemporaryProblem("connection lost") from None
        if problem is not None:
            raise problem


def template_message(delivery: Delivery, settings: WhatsAppSettings) -> dict[str, Any]:
    """Body of the call."""
    words = (delivery.reference, _WAYS[delivery.request.way])
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": settings.staff,
        "type": "template",
        "template": {
            "name": settings.template,
            "language": {"code": settings.language},
            "components": [
                {
                    "type": "body",
                    "parameters": [{"type": "text", "text": word} for word in words],
                }
            ],
        },
    }


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
    if status == 429 or status >= 500 or code in _THROTTLED | _PASSING:  # noqa: PLR2004
        return TemporaryProblem(text, _retry_after(headers.get("Retry-After"), now))
    if (
        status in (401, 403)
        or (status == 404 and code is None)  # noqa: PLR2004 - wrong version or address
        or code in _ACCESS
        or (code is not None and code in _PERMISSIONS)
        or (code, subcode) == _MISSING_OBJECT
    ):
        return ConfigurationProblem(text)
    if status < 400:  # noqa: PLR2004 - not what the Graph API answers; perhaps a proxy in between
        return TemporaryProblem(f"{text}, unexpected")
    return PermanentProblem(text)


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
