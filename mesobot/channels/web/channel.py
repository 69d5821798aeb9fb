"""Rasa's input channel for the website's chat: puts the parts together."""

from __future__ import annotations

import os
from typing import Any

from rasa.core.channels.channel import InputChannel
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic

from mesobot import paths
from mesobot.channels.dialogue import Handler
from mesobot.channels.observing import observer_of_process
from mesobot.channels.web.chat import Chat
from mesobot.channels.web.configuration import WebSettings, read_settings
from mesobot.channels.web.erasure import erase_conversation
from mesobot.channels.web.neighbours import Neighbours
from mesobot.channels.web.pages import add_widget, demo_pages
from mesobot.channels.web.server import ChatServer, ready_for_browsers
from mesobot.channels.web.settings_error import WebSettingsError
from mesobot.channels.web.tabs import Emit
from mesobot.channels.web.tokens import SessionTokens
from mesobot.channels.web.transcript import Transcript
from mesobot.channels.web.turns import CHANNEL, Turns
from mesobot.chats.database import chats_url
from mesobot.chats.steady_lock import open_store
from mesobot.knowledge.clinic import load_clinic

PREFIX = "/chat"


class WebChannel(InputChannel):
    """The chat at ``/chat``; see docs/web-channel.md."""

    @classmethod
    def name(cls) -> str:
        """Name of the channel in the tracker."""
        return CHANNEL

    def url_prefix(self) -> str:
        """Where everything of this channel lives, in place of ``/webhooks/web``."""
        return PREFIX

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes that Rasa's server mounts.

        Raises:
            RasaException: if a setting cannot be used; Rasa then says so and stops.
        """
        try:
            settings = read_settings(os.environ, paths.STATE)
        except WebSettingsError as problem:
            raise RasaException(str(problem)) from None
        clinic = load_clinic(paths.CLINIC / "clinic.yml", os.environ)
        url = chats_url(os.environ)
        observer = observer_of_process()
        redis = os.environ.get("MESOBOT_REDIS_URL", "")
        neighbours, locks = Neighbours(redis), open_store(redis)

        def make_chat(emit: Emit) -> Chat:
            return Chat(
                settings=settings,
                tokens=SessionTokens(settings.keys, lifetime=settings.lifetime),
                transcript=Transcript(url),
                turns=Turns(on_new_message, clinic, url, observer, locks=locks),
                erase=erase_conversation,
                emit=emit,
                clinic=clinic,
                neighbours=neighbours,
            )

        server = ChatServer(settings, clinic, make_chat, neighbours)
        observer.watch_web_sockets(server.connections)
        routes = _Routes("mesobot_web", server, settings)
        add_widget(routes, clinic, settings, server.gate)
        return routes


class _Routes(Blueprint):
    """The channel's routes; those of socket.io and the demo are added to the server itself."""

    def __init__(self, name: str, server: ChatServer, settings: WebSettings) -> None:
        super().__init__(name)
        self.ctx.server = server
        self.ctx.settings = settings

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Mount everything on Rasa's server."""
        server: ChatServer = self.ctx.server
        app.add_route(server.handle, f"{PREFIX}/socket.io/", methods=["GET", "POST", "OPTIONS"])
        app.enable_websocket()  # type: ignore[no-untyped-call]
        ready_for_browsers(app.config)
        app.register_listener(_start(server), "after_server_start")
        app.register_listener(_stop(server), "before_server_stop")
        if self.ctx.settings.demo_port:
            app.blueprint(demo_pages(self.ctx.settings))
        super().register(app, options)  # type: ignore[no-untyped-call]


def _start(server: ChatServer) -> Any:
    async def start(_app: Sanic, _loop: Any) -> None:
        server.start()

    return start


def _stop(server: ChatServer) -> Any:
    async def stop(_app: Sanic, _loop: Any) -> None:
        await server.stop()

    return stop
