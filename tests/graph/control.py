"""How a test makes the server misbehave, lets phones write, and reads what was accepted."""

from __future__ import annotations

import base64
import time
from typing import Any

from aiohttp import web

from tests.graph.graph import Graph
from tests.graph.payloads import encode


def control_routes(graph: Graph) -> web.RouteTableDef:
    """``/control/…``; JSON in, JSON out."""
    routes = web.RouteTableDef()

    @routes.get("/control/health")
    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    @routes.post("/control/receive")
    async def receive(request: web.Request) -> web.Response:
        """Post a webhook: ``payload``, or ``raw`` (base64) with a ``signature``; waits if asked."""
        order = await request.json()
        if "raw" in order:
            pauses = () if order.get("once") else (0.5, 1.0)
            raw = base64.b64decode(order["raw"])
            return web.json_response(
                (await graph.webhooks.send(raw, order.get("signature"), pauses)).as_json()
            )
        graph.chats.heard(order["payload"], time.time())
        if order.get("once"):
            post = await graph.webhooks.send(encode(order["payload"]), pauses=())
            return web.json_response(post.as_json())
        graph.webhooks.send_later(order["payload"])
        return web.json_response({})

    @routes.post("/control/subscribe")
    async def subscribe(request: web.Request) -> web.Response:
        order = await request.json()
        accepted = await graph.webhooks.subscribe(order["url"], order["verify_token"])
        return web.json_response({"accepted": accepted})

    @routes.post("/control/faults")
    async def faults(request: web.Request) -> web.Response:
        try:
            graph.faults.order(await request.json())
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    @routes.delete("/control/faults")
    async def no_faults(request: web.Request) -> web.Response:
        graph.faults.clear()
        return web.json_response({})

    @routes.post("/control/close")
    async def close(request: web.Request) -> web.Response:
        """Let 24 hours go by for somebody, by phone number or user id."""
        graph.chats.close((await request.json())["to"], time.time())
        return web.json_response({})

    @routes.post("/control/account")
    async def account(request: web.Request) -> web.Response:
        """Change what can be read about the account."""
        for name, value in (await request.json()).items():
            setattr(graph.account, name, value)
        return web.json_response({})

    @routes.get("/control/diary")
    async def diary(request: web.Request) -> web.Response:
        to = request.query.get("to")
        found: list[Any] = graph.diary
        if to is not None:
            person = graph.chats.person({"to": to})
            found = [each for each in found if each.get("person") == person]
        return web.json_response(found)

    @routes.get("/control/calls")
    async def calls(request: web.Request) -> web.Response:
        return web.json_response(graph.calls)

    @routes.get("/control/posts")
    async def posts(request: web.Request) -> web.Response:
        return web.json_response([post.as_json() for post in graph.webhooks.posts])

    return routes
