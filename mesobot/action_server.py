"""The action server: ``python -m mesobot.launch mesobot.action_server --port 5055``.

It runs rasa_sdk's actions behind a server of our own. That of rasa_sdk lets anybody call, unpacks
what is packed without a limit, and answers an error with the error's text and the whole conversation.
"""

from __future__ import annotations

import argparse
import hmac
import logging
import os
from typing import Any

import structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

TOKEN_VARIABLE = "MESOBOT_ACTIONS_TOKEN"  # noqa: S105 - its name
SHORTEST_TOKEN = 32
LARGEST_CALL = 8 * 1024 * 1024
"""Bytes of one call, which holds a whole conversation: thousands of messages."""

_log = structlog.get_logger()


def authorisation(token: str) -> str:
    """The header ``Authorization`` of who may call; ``endpoints.yml`` sends it."""
    return f"Bearer {token}"


def make_app(token: str, executor: ActionExecutor, largest: int = LARGEST_CALL) -> Sanic:
    """The server's routes.

    Args:
        token: what a caller has to know.
        executor: has the actions.
        largest: bytes of one call.
    """
    app = Sanic("mesobot_actions", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = largest
    wanted = authorisation(token).encode()

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        return json({"status": "ok"})

    @app.post("/webhook")
    async def call(request: Request) -> HTTPResponse:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, wanted):
            _log.warning("actions.caller_refused")
            return json({"error": "unauthorised"}, status=401)
        if request.headers.get("content-encoding"):
            return json({"error": "packed calls are not taken"}, status=415)
        return await _run(executor, request.json)

    @app.exception(Exception)  # type: ignore[no-untyped-call]
    async def failed(request: Request, error: Exception) -> HTTPResponse:
        status = error.status_code if isinstance(error, SanicException) else 500
        if status >= 500:  # noqa: PLR2004 - everything below is the caller's fault
            _log.error("actions.failed", error=type(error).__name__)
        return json({"error": type(error).__name__}, status=status)

    return app


async def _run(executor: ActionExecutor, call: Any) -> HTTPResponse:
    if not isinstance(call, dict):
        return json({"error": "no call"}, status=400)
    try:
        return json(await executor.run(call))
    except ActionExecutionRejection as rejected:
        return json({"error": "rejected", "action_name": rejected.action_name}, status=400)
    except ActionNotFoundException as unknown:
        return json({"error": "unknown", "action_name": unknown.action_name}, status=404)


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; 2 if the token is missing."""
    parser = argparse.ArgumentParser(description="Mesobot's action server")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if len(token) < SHORTEST_TOKEN:
        _log.error(f"{TOKEN_VARIABLE} is missing or shorter than {SHORTEST_TOKEN} characters")
        return 2
    logging.getLogger("sanic").setLevel(logging.ERROR)
    executor = ActionExecutor()
    executor.register_package("actions")
    app = make_app(token, executor)
    app.run(os.environ.get("SANIC_HOST", "127.0.0.1"), port, access_log=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
