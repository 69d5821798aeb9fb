"""The calls that a connector makes: messages, and reading about the account."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.graph import limits
from tests.graph.account import Account
from tests.graph.chats import Chats, Rules
from tests.graph.errors import GraphError
from tests.graph.faults import Fault, Faults
from tests.graph.payloads import Person, new_id, status, webhook
from tests.graph.settings import Settings
from tests.graph.webhooks import Webhooks

_STATUSES = (("sent", 0.02), ("delivered", 0.05))
_FAILURE = (("failed", 0.02),)
_CALLBACK = "biz_opaque_callback_data"
_LARGEST_BODY = 1024 * 1024


class Graph:
    """The account, its chats, and a diary of all that was accepted.

    Args:
        state: folder in which the diary is kept, a line of JSON for each message.
        webhooks: where statuses go.
    """

    def __init__(self, settings: Settings, rules: Rules, state: Path, webhooks: Webhooks) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.chats = Chats(rules)
        self.faults = Faults()
        self.webhooks = webhooks
        self.account = Account(settings)
        self.calls: list[dict[str, Any]] = []
        self.diary: list[dict[str, Any]] = []
        self.news = asyncio.Condition()
        self._file = state / "diary.jsonl"

    def routes(self) -> web.RouteTableDef:
        """Of the Graph API."""
        routes = web.RouteTableDef()
        routes.post("/{version}/{id}/messages")(self._receive)
        routes.post("/messages")(self._receive)  # as at 360dialog, where the key tells the rest
        routes.get(r"/{version:v\d+\.\d+}/{path:.+}")(self._read)
        routes.get("/{dialog:health_status|v1/configs/webhook}")(self._read)
        return routes

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        error = self._access(request)
        content = await request.content.read(_LARGEST_BODY)
        number = request.match_info.get("id", self.settings.business.phone_number_id)
        if error is None and number != self.settings.business.phone_number_id:
            error = GraphError(100, "Unsupported post request.", subcode=33)
        if error is not None:
            return self._answer(None, error)
        body = _parsed(content)
        if (error := limits.problem_of(body)) is not None:
            return self._answer(body, error)
        is_mark = "status" in body
        person = None if is_mark else self.chats.person(body)
        fault = self.faults.next_for({person or "", str(body.get("to", ""))}, is_mark)
        if fault is not None and fault.kind not in ("failed", "lost"):
            return await self._fail(request, body, fault)
        if person is None:
            return await self._mark(body)
        error = self.account.refusal(body) or self.chats.refusal(body, time.time())
        if error is not None:
            return self._answer(body, error)
        answer = await self._take(body, person, fault)
        if fault is not None and fault.kind == "lost":
            _cut(request)
        return answer

    async def _fail(
        self, request: web.Request, body: dict[str, Any], fault: Fault
    ) -> web.StreamResponse:
        self._note(body, fault.kind if fault.kind != "error" else fault.code)
        if fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "reset":
            _cut(request)
        if fault.kind == "garbage":
            return web.Response(text="<html>Something went wrong</html>", content_type="text/html")
        if fault.kind == "error":
            error = fault.error
            return web.json_response(error.answer(), status=error.status, headers=error.headers)
        return web.Response(status=500)

    async def _mark(self, body: dict[str, Any]) -> web.Response:
        self._note(body, "mark")
        await self.tell({"kind": "mark", "body": body})
        return web.json_response({"success": True})

    async def _take(self, body: dict[str, Any], person: str, fault: Fault | None) -> web.Response:
        message_id = new_id()
        self._note(body, "accepted")
        given = {"input": body.get("to") or body["recipient"]}
        number = self.chats.number_of(person)
        named = {"wa_id": number} if "to" in body else {"user_id": person}
        failed = fault is not None and fault.kind == "failed"
        await self.tell({"kind": "message", "id": message_id, "person": person, "body": body})
        self._tell_statuses(body, person, message_id, fault.error if failed and fault else None)
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{**given, **named}],
                "messages": [{"id": message_id}],
            }
        )

    def _tell_statuses(
        self, body: dict[str, Any], person: str, message_id: str, error: GraphError | None
    ) -> None:
        somebody = Person(person, self.chats.number_of(person))
        for state, delay in _STATUSES if error is None else _FAILURE:
            event = status(somebody, message_id, state, error.in_status() if error else None)
            if _CALLBACK in body:
                event.item[_CALLBACK] = body[_CALLBACK]
            told = webhook(self.settings.business, event)
            asyncio.get_running_loop().call_later(delay, self.webhooks.send_later, told)

    async def _read(self, request: web.Request) -> web.Response:
        found: dict[str, Any] | GraphError
        match = request.match_info
        path, query = match.get("path", match.get("dialog", "")), dict(request.query)
        if self._shown(request) == self.account.app_token and "path" in match:
            found = self.account.read_as_app(path)
        elif (error := self._access(request)) is not None:
            found = error
        elif self.settings.is_dialog360:
            found = self.account.read_at_dialog360(path)
        else:
            found = self.account.read(path, query)
        if isinstance(found, GraphError):
            return web.json_response(found.answer(), status=found.status)
        return web.json_response(found)

    def _access(self, request: web.Request) -> GraphError | None:
        wanted = None if self.settings.is_dialog360 else self.settings.version
        if request.match_info.get("version") != wanted:
            return GraphError(2500, f"Unknown path components: {request.path}")
        return None if self._shown(request) == self.settings.token else GraphError(190)

    def _shown(self, request: web.Request) -> str:
        """What the caller shows as its token."""
        if self.settings.is_dialog360:
            return request.headers.get("D360-API-KEY", "")
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        return shown if scheme == "Bearer" else ""

    def _answer(self, body: dict[str, Any] | None, error: GraphError) -> web.Response:
        self._note(body or {}, error.code)
        return web.json_response(error.answer(), status=error.status, headers=error.headers)

    def _note(self, body: dict[str, Any], outcome: str | int) -> None:
        to = body.get("to") or body.get("recipient")
        self.calls.append({"at": time.time(), "to": to, "outcome": outcome, "body": body})

    async def tell(self, happened: dict[str, Any]) -> None:
        """Write into the diary, and wake up who reads it along."""
        happened = {"number": len(self.diary), "at": time.time(), **happened}
        self.diary.append(happened)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(happened) + "\n")
        async with self.news:
            self.news.notify_all()


def _cut(request: web.Request) -> None:
    """End the connection in the hard way."""
    if request.transport is not None:
        abrupt = struct.pack("ii", 1, 0)
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abrupt)
        request.transport.abort()


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
