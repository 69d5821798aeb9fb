"""A Graph server for template messages that misbehaves as told, on loopback."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from aiohttp import web

from mesobot.running import free_port


class GraphServer:
    """A Graph API on loopback; each call meets the next step of its script.

    A step is (status, headers, body) or "hang". Without one the message is accepted.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.script: list[Any] = []
        self.calls: list[tuple[float, dict[str, Any]]] = []
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()

    def __enter__(self) -> GraphServer:
        threading.Thread(target=self._serve, daemon=True).start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def environment(self) -> dict[str, str]:
        return {
            "MESOBOT_GRAPH_URL": f"http://127.0.0.1:{self.port}",
            "MESOBOT_GRAPH_VERSION": "v23.0",
            "MESOBOT_WHATSAPP_TOKEN": "t0ken-word",
            "MESOBOT_WHATSAPP_PHONE_NUMBER_ID": "1234567890",
            "MESOBOT_STAFF_WHATSAPP": "+905321234567",
            "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
        }

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        application = web.Application()
        application.router.add_post("/v23.0/1234567890/messages", self._answer)
        runner = web.AppRunner(application)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", self.port).start())
        self._started.set()
        self._loop.run_forever()

    async def _answer(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t0ken-word"
        self.calls.append((time.monotonic(), await request.json()))
        step = self.script.pop(0) if self.script else (200, {}, {"messages": [{"id": "wamid.1"}]})
        if step == "hang":
            await asyncio.sleep(60)
        status, headers, body = step
        return web.json_response(body, status=status, headers=headers)
