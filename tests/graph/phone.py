"""A page that plays the phone of a patient, served by the fake Graph API on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from mesobot.channels.web.files import Folder, answer
from mesobot.channels.web.pages import WIDGET
from tests.graph import payloads
from tests.graph.graph import Graph
from tests.graph.payloads import Event, Person, webhook

_WAIT_SECONDS = 20.0
_FILES = (Folder(Path(__file__).parent / "page"), Folder(WIDGET / "demo"))
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

_DEEDS: dict[str, Callable[[Person, dict[str, Any]], Event]] = {
    "text": lambda who, deed: payloads.text(who, deed["text"]),
    "button": lambda who, deed: payloads.button_reply(
        who, deed["choice"], deed["title"], deed["of"]
    ),
    "row": lambda who, deed: payloads.list_reply(who, deed["choice"], deed["title"], deed["of"]),
    "image": lambda who, _: payloads.image(who),
    "voice": lambda who, _: payloads.audio(who),
    "sticker": lambda who, _: payloads.sticker(who),
    "document": lambda who, _: payloads.document(who),
    "location": lambda who, _: payloads.location(who),
    "reaction": lambda who, deed: payloads.reaction(who, deed["of"]),
    "read": lambda who, deed: payloads.status(who, deed["of"], "read"),
}
"""What the page can do in the name of a patient."""


def phone_routes(graph: Graph) -> web.RouteTableDef:
    """The page at ``/``, what it reads along, and what it can do."""
    routes = web.RouteTableDef()
    business = graph.settings.business

    @routes.get("/phone/diary")
    async def diary(request: web.Request) -> web.Response:
        """What happened since ``after``; waits until something does."""
        after = int(request.query["after"])
        async with graph.news:
            try:
                waiting = graph.news.wait_for(lambda: len(graph.diary) > after)
                await asyncio.wait_for(waiting, _WAIT_SECONDS)
            except asyncio.TimeoutError:
                return web.json_response([])
        return web.json_response(graph.diary[after:])

    @routes.post("/phone/do")
    async def do(request: web.Request) -> web.Response:
        deed = await _order(request)
        who = Person(deed["person"]["user_id"], deed["person"]["phone"], deed["person"]["name"])
        event = _DEEDS[deed["kind"]](who, deed)
        payload = webhook(business, event)
        if event.key == "messages":
            graph.chats.heard(payload, time.time())
            shown = {key: deed[key] for key in ("text", "title") if key in deed}
            told = {"kind": "said", "id": event.id, "person": who.user_id, "what": deed["kind"]}
            await graph.tell({**told, **shown})
        graph.webhooks.send_later(payload)
        return web.json_response({"id": event.id})

    @routes.post("/phone/staff")
    async def staff(request: web.Request) -> web.Response:
        """Answer the patient as the clinic's staff do, with the WhatsApp Business app."""
        deed = await _order(request)
        who = Person(deed["person"]["user_id"], deed["person"]["phone"])
        graph.webhooks.send_later(webhook(business, payloads.echo(who, deed["text"], business)))
        await graph.tell({"kind": "staff", "person": who.user_id, "text": deed["text"]})
        return web.json_response({})

    @routes.post("/phone/later")
    async def later(request: web.Request) -> web.Response:
        """Let 24 hours go by."""
        person = (await _order(request))["person"]["user_id"]
        graph.chats.close(person, time.time())
        await graph.tell({"kind": "later", "person": person})
        return web.json_response({})

    @routes.get("/{name:[a-z.]*}")
    async def page(request: web.Request) -> web.Response:
        name = request.match_info["name"] or "index.html"
        file = next(filter(None, (folder.find(name) for folder in _FILES)), None)
        if file is None:
            return web.Response(status=404, text="There is no such page.")
        asked = {key.lower(): value for key, value in request.headers.items()}
        headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
        ready = answer(file, asked, "no-cache", headers)
        return web.Response(status=ready.status, body=ready.body, headers=ready.headers)

    return routes


async def _order(request: web.Request) -> Any:
    """The page's JSON; another site cannot send any without being asked first by the browser."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return await request.json()
