"""The chat on socket.io: who may connect, and which event calls what.

python-socketio checks origins, too, but answers 400, and sees no addresses; so each request
passes our own gate first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response
from socketio import AsyncServer
from socketio.exceptions import ConnectionRefusedError as Refused

from mesobot.channels.bodies import accept_bodies
from mesobot.channels.limits import Bucket, Pace
from mesobot.channels.web.addresses import client_address, client_scheme
from mesobot.channels.web.chat import Chat
from mesobot.channels.web.configuration import LARGEST_PACKET, WebSettings
from mesobot.channels.web.neighbours import Neighbours
from mesobot.channels.web.tabs import Emit, GoneError
from mesobot.channels.web.texts import Refusal, refused
from mesobot.channels.web.websocket import TidyWebSocket
from mesobot.knowledge.clinic import Clinic

PROTOCOL = 1
_EVENTS = Pace(a_minute=240, at_once=60)
"""Events of one connection, of any kind; who sends more is disconnected."""
_TOLD_ORIGINS = 50
_TIDY_SECONDS = 5
"""What waits for the database is not seen at another process, and lost with this one."""
_log = structlog.get_logger()


class Gate:
    """Lets requests in, or says why not."""

    def __init__(self, settings: WebSettings, connections: Callable[[str], int]) -> None:
        """Count connections of an address with ``connections``."""
        self._settings = settings
        self._connections = connections
        self._told: set[str] = set()

    def address(self, request: Request) -> str:
        """Where a request comes from."""
        forwarded = request.headers.get("x-forwarded-for")
        return client_address(request.ip, forwarded, self._settings.proxies)

    def allows_origin(self, request: Request) -> bool:
        """Whether the page that sends the request may use the chat."""
        forwarded = request.headers.get("x-forwarded-proto")
        scheme = client_scheme(forwarded, self._settings.proxies)
        return self._settings.origins.allow(request.headers, scheme)

    def cross_origin_headers(self, request: Request) -> dict[str, str]:
        """Lets a page of an allowed origin read the answer; of any other the log tells once.

        That page's browser does not even run the script, so nothing else would say why.
        """
        origin = request.headers.get("origin")
        if origin is None:
            return {"Vary": "Origin"}
        if self.allows_origin(request):
            return {"Vary": "Origin", "Access-Control-Allow-Origin": origin}
        self._tell_once(origin)
        return {"Vary": "Origin"}

    def refusal(self, request: Request) -> HTTPResponse | None:
        """The answer to a request that is not let in."""
        if not self.allows_origin(request):
            self._tell_once(str(request.headers.get("origin")))
            return _refusal(403, "This page may not use the chat.")
        headers = self.cross_origin_headers(request)
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_PACKET:
            return _refusal(413, f"At most {LARGEST_PACKET} bytes at once, please.", headers)
        begins = "sid" not in request.args
        if begins and self._connections(self.address(request)) >= self._settings.connections:
            return _refusal(429, "Too many connections from your address.", headers)
        return None

    def _tell_once(self, claimed: str) -> None:
        origin = claimed[:100]
        if origin not in self._told and len(self._told) < _TOLD_ORIGINS:
            self._told.add(origin)
            _log.warning("web.origin_refused", origin=origin, setting="MESOBOT_WEB_ORIGINS")


class ChatServer:
    """socket.io's side of the chat."""

    def __init__(
        self,
        settings: WebSettings,
        clinic: Clinic,
        make_chat: Callable[[Emit], Chat],
        neighbours: Neighbours | None = None,
    ) -> None:
        """Make the server and the chat that speaks through it."""
        self._clinic = clinic
        self._neighbours = neighbours or Neighbours()
        self.gate = Gate(settings, self._connections_of)
        self._io = AsyncServer(
            async_mode="sanic",
            cors_allowed_origins=self._engine_allows,
            cors_credentials=False,
            max_http_buffer_size=LARGEST_PACKET,
            logger=_quiet_logger(),
            engineio_logger=_quiet_logger(),
        )
        self._io.eio._async = {**self._io.eio._async, "websocket": TidyWebSocket}
        self.chat = make_chat(self._emit)
        self._events: dict[str, Bucket] = {}
        self._care: asyncio.Task[None] | None = None
        self._io.on("connect", self._connect)
        self._io.on("disconnect", self._disconnect)
        self._io.on("say", self._say)
        self._io.on("clear", self._clear)
        self._io.on("*", self._other)

    async def handle(self, request: Request) -> HTTPResponse:
        """One HTTP request of the socket.io protocol; a websocket is one for its whole life."""
        return self.gate.refusal(request) or await self._io.handle_request(request)

    def connections(self) -> int:
        """How many browsers' tabs are connected."""
        return len(self._events)

    def start(self) -> None:
        """Look after the chat for as long as the server runs."""
        self._care = asyncio.get_running_loop().create_task(self._look_after())
        self._neighbours.start(self.chat.hear, self.chat.write)

    async def stop(self) -> None:
        """Close all connections; browsers then try again until a server is there."""
        if self._care:
            self._care.cancel()
        self._neighbours.stop()
        for connection in list(self._io.eio.sockets.values()):
            await connection.close(wait=False)
        await self._io.shutdown()
        for task in asyncio.all_tasks():  # its pings sleep on, and asyncio would complain
            if getattr(task.get_coro(), "__qualname__", "") == "AsyncSocket._send_ping":
                task.cancel()

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_SECONDS)
            try:
                await self.chat.tidy()
            except Exception as error:
                _log.error("web.tidying_failed", error=type(error).__name__)

    def _engine_allows(self, _origin: str, environ: dict[str, Any]) -> bool:
        return self.gate.allows_origin(environ["sanic.request"])

    def _connections_of(self, address: str) -> int:
        requests = [environ["sanic.request"] for environ in self._io.environ.values()]
        return sum(self.gate.address(request) == address for request in requests)

    async def _emit(self, event: str, data: dict[str, Any], connection: str) -> None:
        await self._io.emit(event, data, to=connection)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        if not isinstance(auth, dict) or auth.get("protocol") != PROTOCOL:
            text = "Please reload this page."
            raise Refused(text, {"error": "protocol", "text": text})
        self._events[sid] = Bucket(_EVENTS)
        await self.chat.arrive(sid, auth, self.gate.address(environ["sanic.request"]))
        if sid not in self._events:  # it went away while its session was looked up
            await self.chat.leave(sid)
            return
        # Once the handshake is answered, which is before this task gets its turn.
        self._io.start_background_task(self._unless_gone, self.chat.greet(sid))

    async def _disconnect(self, sid: str, _reason: str) -> None:
        self._events.pop(sid, None)
        await self.chat.leave(sid)

    async def _say(self, sid: str, *data: object) -> dict[str, Any]:
        return await self._act(sid, lambda: self.chat.say(sid, data[0] if data else None))

    async def _clear(self, sid: str, *_data: object) -> dict[str, Any]:
        return await self._act(sid, lambda: self.chat.clear(sid))

    async def _other(self, _event: str, sid: str, *_data: object) -> dict[str, Any]:
        async def refuse() -> dict[str, Any]:
            return refused(Refusal.INVALID, self._clinic)

        return await self._act(sid, refuse)

    async def _act(
        self, sid: str, act: Callable[[], Coroutine[Any, Any, dict[str, Any]]]
    ) -> dict[str, Any]:
        """Do what an event asks for, unless there are too many; always acknowledge it."""
        events = self._events.get(sid)
        if events is None or (wait := events.take()):
            if events is not None:
                await self._io.disconnect(sid)
            return refused(Refusal.RATE_LIMITED, self._clinic, wait if events else 1)
        try:
            return await act()
        except GoneError:  # it was disconnected, and this was still on its way
            return refused(Refusal.UNAVAILABLE, self._clinic)
        except Exception as error:
            _log.error("web.event_failed", error=type(error).__name__)
            return refused(Refusal.UNAVAILABLE, self._clinic)

    @staticmethod
    async def _unless_gone(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except GoneError:
            pass
        except Exception as error:
            _log.error("web.greeting_failed", error=type(error).__name__)


def _refusal(status: int, text: str, headers: dict[str, str] | None = None) -> HTTPResponse:
    return json_response({"error": text}, status=status, headers=headers)


class _NamesOnly(logging.Handler):
    """Says that something in the protocol failed, without what somebody sent."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0] if record.exc_info else None
        _log.warning("web.protocol_error", error=error.__name__ if error else "refused")


def _quiet_logger() -> logging.Logger:
    """socket.io's own log quotes packets."""
    logger = logging.getLogger("mesobot.web.socketio")
    logger.propagate = False
    logger.setLevel(logging.ERROR)
    if not logger.handlers:
        logger.addHandler(_NamesOnly())
    return logger


def ready_for_browsers(config: Any) -> None:
    """Settings of Sanic that the chat needs: no large bodies, no large websocket frames."""
    config.WEBSOCKET_MAX_SIZE = 2 * LARGEST_PACKET
    accept_bodies(config, 1024 * 1024)
