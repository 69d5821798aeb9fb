"""Rasa's input channel for WhatsApp: the webhook, and what is started and stopped with the server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json, text

from mesobot import paths
from mesobot.channels.bodies import accept_bodies
from mesobot.channels.dialogue import Dialogue, Handler
from mesobot.channels.observing import observer_of_process
from mesobot.channels.whatsapp.assistant import CHANNEL, RasaAssistant
from mesobot.channels.whatsapp.configuration import (
    APP_SECRET,
    LARGEST_BODY,
    VERIFY_TOKEN,
    ChannelSettings,
    read_settings,
)
from mesobot.channels.whatsapp.receiving import OK, TOO_LARGE
from mesobot.channels.whatsapp.service import Service
from mesobot.channels.whatsapp.signature import is_same
from mesobot.chats.database import chats_url
from mesobot.knowledge.clinic import Clinic, load_clinic

_log = structlog.get_logger()


class WhatsAppChannel(InputChannel):
    """The webhook at ``/webhooks/whatsapp/webhook``; see docs/whatsapp.md."""

    @classmethod
    def name(cls) -> str:
        """Name of the channel in the tracker, and part of its address."""
        return CHANNEL

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes that Rasa's server mounts.

        Raises:
            RasaException: if a setting cannot be used; Rasa then says so and stops.
        """
        try:
            settings = read_settings(os.environ)
            clinic = load_clinic(paths.CLINIC / "clinic.yml", os.environ)
            service = Service(settings, clinic, os.environ) if settings else None
        except ValueError as problem:  # settings, keys and content: each says what to correct
            raise RasaException(f"WhatsApp cannot start: {problem}.") from None
        if settings is None or service is None:
            _log.info("whatsapp.off", unset=f"{APP_SECRET}, {VERIFY_TOKEN}")
            return _off()
        return _Routes(on_new_message, settings, service, clinic)


class _Routes(Blueprint):
    """The channel's routes, and its work behind them."""

    def __init__(
        self, on_new_message: Handler, settings: ChannelSettings, service: Service, clinic: Clinic
    ) -> None:
        super().__init__("mesobot_whatsapp")
        self.ctx.service = service
        self.ctx.dialogue = Dialogue(
            CHANNEL, on_new_message, clinic, chats_url(os.environ), observer_of_process()
        )

        @self.get("/")
        async def health(request: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @self.get("/webhook")
        async def verify(request: Request) -> HTTPResponse:
            return _verified(request.args, settings.verify_token)

        @self.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if len(request.body) > LARGEST_BODY:
                return text("", status=TOO_LARGE)
            status = await service.receive(request.headers, request.body)
            return text("ok" if status == OK else "", status=status)

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Mount everything on Rasa's server, and begin once it has loaded its model."""
        service: Service = self.ctx.service

        async def start(app: Sanic, _loop: Any) -> None:
            service.start(RasaAssistant(self.ctx.dialogue, app.ctx.agent))

        async def stop(_app: Sanic, _loop: Any) -> None:
            await service.stop()

        accept_bodies(app.config, LARGEST_BODY)
        app.register_listener(start, "after_server_start")
        app.register_listener(stop, "before_server_stop")
        super().register(app, options)  # type: ignore[no-untyped-call]


def _verified(asked: Mapping[str, Any], verify_token: str) -> HTTPResponse:
    """The platform's question whether this address is ours, which it asks once."""

    def one(name: str) -> str:
        return str(asked.get(f"hub.{name}") or "")

    if one("mode") == "subscribe" and is_same(one("verify_token"), verify_token):
        return text(one("challenge"))
    return text("", status=403)


def _off() -> Blueprint:
    routes = Blueprint("mesobot_whatsapp")

    @routes.get("/")
    async def health(request: Request) -> HTTPResponse:
        return json({"status": "off"})

    return routes
