"""``python -m tests.graph.server --port N --state FOLDER``: the fake Graph API, on loopback.

The account is that of the environment (``MESOBOT_WHATSAPP_…``), or the one of the tests.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from aiohttp import web

from tests.graph.chats import Rules
from tests.graph.control import control_routes
from tests.graph.graph import Graph
from tests.graph.phone import phone_routes
from tests.graph.settings import Settings, read_settings
from tests.graph.webhooks import Webhooks


def application(
    settings: Settings, rules: Rules, state: Path, webhook_url: str | None, phone: bool
) -> web.Application:
    """All routes of the server."""
    webhooks = Webhooks(webhook_url, settings)
    app = web.Application(client_max_size=16 * 1024**2)

    async def close(stopping: web.Application) -> None:
        await webhooks.close()

    app.on_cleanup.append(close)  # type: ignore[arg-type]  # aiosignal's types are newer
    graph = Graph(settings, rules, state, webhooks)
    app.add_routes(control_routes(graph))
    app.add_routes(graph.routes())
    if phone:
        app.add_routes(phone_routes(graph))
    return app


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    usual = Rules()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--webhook", help="address of the connector; may be given later")
    parser.add_argument("--phone", action="store_true", help="serve the page of a phone, too")
    parser.add_argument("--window", type=float, default=usual.window)
    parser.add_argument("--pair-seconds", type=float, default=usual.pair_seconds)
    parser.add_argument("--pair-burst", type=int, default=usual.pair_burst)
    parser.add_argument("--throughput", type=int, default=usual.throughput)
    parser.add_argument("--anybody", action="store_true", help="everybody wrote just now")
    given = parser.parse_args()
    rules = Rules(
        given.window, given.pair_seconds, given.pair_burst, given.throughput, given.anybody
    )
    app = application(read_settings(os.environ), rules, given.state, given.webhook, given.phone)
    web.run_app(
        app,
        host="127.0.0.1",
        port=given.port,
        shutdown_timeout=1,  # callers that hang on purpose are not waited for
        print=None,
        access_log=None,
    )


if __name__ == "__main__":
    main()
