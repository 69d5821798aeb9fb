"""A foreign WhatsApp library, pywa, that reads our payloads and writes messages of its own.

It is asked in tests only: it reads one message of a batch, and takes two equal bodies for one.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
from pywa import WhatsApp, handlers

from tests.graph.payloads import Json, encode, sign
from tests.graph.peer import GraphPeer
from tests.graph.settings import TEST

_HANDLERS = (
    handlers.MessageHandler,
    handlers.CallbackButtonHandler,
    handlers.CallbackSelectionHandler,
    handlers.MessageStatusHandler,
    handlers.PhoneNumberChangeHandler,
    handlers.OutgoingMessageHandler,
)


def read(payload: Json, phone_number_id: str = "1234567890") -> list[Any]:
    """What the library makes of a signed webhook: one object of its own, or none."""
    secret, found = TEST["MESOBOT_WHATSAPP_APP_SECRET"], []
    client = WhatsApp(
        phone_id=phone_number_id,
        token="unused",
        server=None,
        verify_token="unused",
        app_secret=secret,
        skip_duplicate_updates=False,
    )
    for kind in _HANDLERS:
        client.add_handlers(kind(lambda _, update: found.append(update)))
    body = encode(payload)
    assert client.webhook_update_validator(body, sign(secret, body)) is None, "wrong signature"
    assert client.webhook_update_handler(body) == ("ok", 200)
    return found


class _Redirect(httpx.HTTPTransport):
    """Sends to the fake server what is meant for the real one, and keeps the bodies."""

    def __init__(self, port: int, bodies: list[Json]) -> None:
        super().__init__()
        self._port = port
        self._bodies = bodies

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.content:
            self._bodies.append(json.loads(request.content))
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return super().handle_request(request)


def writer(peer: GraphPeer) -> tuple[WhatsApp, list[Json]]:
    """A client that writes to the fake server, and the bodies that it has sent."""
    bodies: list[Json] = []
    client = WhatsApp(
        phone_id=TEST["MESOBOT_WHATSAPP_PHONE_NUMBER_ID"],
        token=TEST["MESOBOT_WHATSAPP_TOKEN"],
        api_version=TEST["MESOBOT_GRAPH_VERSION"].lstrip("v"),
        session=httpx.Client(transport=_Redirect(peer.port, bodies)),
    )
    return client, bodies
