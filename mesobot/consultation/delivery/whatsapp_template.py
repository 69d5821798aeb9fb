"""Tells the clinic's staff of a request by a WhatsApp template message (Cloud API).

The template has two parameters, the reference and how the patient wants to be reached: nothing
personal passes through the platform. Its text could be "New consultation request {{1}}, to be
answered by {{2}}."
"""

from __future__ import annotations

from typing import Any

from mesobot.consultation.clock import Clock, utc_now
from mesobot.consultation.delivery.graph import CALL_SECONDS, CALLBACK, GraphClient
from mesobot.consultation.mail_settings import WhatsAppSettings
from mesobot.consultation.outbox import Delivery
from mesobot.consultation.request import Way

_WAYS = {Way.WHATSAPP: "WhatsApp", Way.EMAIL: "e-mail"}


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
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._call_seconds = call_seconds

    async def deliver(self, delivery: Delivery) -> None:
        """Have the message accepted by the Graph API.

        Raises:
            DeliveryProblem: if it was not accepted, or if that is not known.
        """
        async with GraphClient(self._settings.account, self._clock, self._call_seconds) as client:
            await client.send(template_message(delivery, self._settings))


def template_message(delivery: Delivery, settings: WhatsAppSettings) -> dict[str, Any]:
    """Body of the call."""
    words = (delivery.reference, _WAYS[delivery.request.way])
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": settings.staff,
        "type": "template",
        CALLBACK: delivery.message_id,
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
