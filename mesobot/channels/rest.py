"""REST channel for developers, tests and the demo: JSON in, JSON out.

Same address and shape as Rasa's own (``POST /webhooks/rest/webhook`` with ``sender`` and
``message``), but it refuses malformed requests with a sentence, never lets callers share
a conversation by leaving ``sender`` out, never answers with silence, and logs no text.
"""

from __future__ import annotations

import asyncio
import os
import re
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from mesobot.channels.apology import apology
from mesobot.channels.dialogue import Handler
from mesobot.channels.observing import observer_of_process
from mesobot.channels.reply_collector import ReplyCollector
from mesobot.channels.senders import RESERVED
from mesobot.insight.observer import TurnObserver
from mesobot.knowledge.clinic import Clinic, load_clinic
from mesobot.paths import CLINIC

_SENDER = re.compile(r"[\w.:@+-]{1,128}")
_LARGEST_BODY = 64 * 1024
_LONGEST_TURN = 9.5
"""Seconds; each helper has a shorter limit, this one holds for several in a row."""
_log = structlog.get_logger()


class RequestError(ValueError):
    """The request cannot be used; the text says why, for whoever wrote the client."""


class RestChannel(InputChannel):
    """Answers one HTTP request with the replies of one turn."""

    @classmethod
    def name(cls) -> str:
        """Part of the address: ``/webhooks/rest``."""
        return "rest"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes that Rasa's server mounts."""
        routes = Blueprint("mesobot_rest")
        clinic = load_clinic(CLINIC / "clinic.yml", os.environ)
        observer = observer_of_process()

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                sender, text = read_request(request.body)
            except RequestError as problem:
                return json({"error": str(problem)}, status=400)
            return json(await _one_turn(on_new_message, sender, text, clinic, observer))

        return routes


def read_request(body: bytes) -> tuple[str, str]:
    """Sender and message of a request body.

    Raises:
        RequestError: if the body is no such JSON object.
    """
    import json as parser

    if len(body) > _LARGEST_BODY:
        raise RequestError(f"The request is larger than {_LARGEST_BODY // 1024} KB.")
    try:
        content = parser.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError("The request is no valid JSON.") from error
    if not isinstance(content, dict):
        raise RequestError('Send a JSON object: {"sender": "…", "message": "…"}.')
    sender, message = content.get("sender"), content.get("message")
    if not isinstance(sender, str) or not _SENDER.fullmatch(sender):
        raise RequestError(
            "'sender' must name the conversation: 1 to 128 letters, digits or .:@+-_"
        )
    if sender.startswith(RESERVED):
        raise RequestError("'sender' must not begin like one of another channel.")
    if not isinstance(message, str):
        raise RequestError("'message' must be a text.")
    return sender, message


async def _one_turn(
    on_new_message: Handler, sender: str, text: str, clinic: Clinic, observer: TurnObserver
) -> list[dict[str, Any]]:
    collector = ReplyCollector()
    with observer.turn(RestChannel.name(), sender) as replies:
        try:
            message = UserMessage(text, collector, sender, input_channel=RestChannel.name())
            await asyncio.wait_for(on_new_message(message), _LONGEST_TURN)
        except Exception as error:  # whatever happens behind it, the patient gets a reply
            _log.error("turn_failed", channel=RestChannel.name(), error=type(error).__name__)
        replies.extend(collector.sent)
    if not collector.messages:
        collector.messages.append({"recipient_id": sender, "text": apology(clinic)})
    return collector.messages
