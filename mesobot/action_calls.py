"""How the Rasa server calls the action server: not for long, and without quoting its answers.

Rasa waits 300 seconds for an action, during which the conversation is locked, and it logs what
the action server answers to a call that failed: rasa_sdk repeats the whole conversation there.
It also checks its own JSON schema before each use, which takes longer than saving a request.
None of that can be configured, so the endpoint is replaced as it is read from ``endpoints.yml``.
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import aiohttp
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.utils import AvailableEndpoints
from rasa.shared.utils.schemas.events import EVENTS_SCHEMA
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

LONGEST_ACTION = 4.5
"""Seconds; two calls of one patient, one waiting for the other, still end within ten."""


class ActionEndpoint(EndpointConfig):
    """The action server; all that can go wrong with it becomes a short error without data."""

    async def request(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Call an action.

        Raises:
            ClientConnectionError: if the answer is not complete in time.
            ClientPayloadError: if the action failed, or the answer is not as it has to be.
        """
        kwargs["timeout"] = LONGEST_ACTION
        try:
            answer = await super().request(*args, **kwargs)
        except asyncio.TimeoutError:
            raise aiohttp.ClientConnectionError(f"no answer in {LONGEST_ACTION} s") from None
        except ClientResponseError as error:
            raise aiohttp.ClientPayloadError(f"status {error.status}") from None
        except ValueError:
            raise aiohttp.ClientPayloadError("no valid JSON") from None
        if not _is_valid(answer):
            raise aiohttp.ClientPayloadError("no answer of an action")
        return dict(answer)


def _is_valid(answer: Any) -> bool:
    """Whether it is as Rasa's schema wants it, which would try every kind of event on each."""
    if not isinstance(answer, dict):
        return False
    events, responses = answer.get("events", []), answer.get("responses", [])
    if not (isinstance(events, list) and isinstance(responses, list)):
        return False
    if not all(isinstance(each, dict) for each in (*events, *responses)):
        return False
    checkers = _checkers()
    return all(
        isinstance(kind := event.get("event"), str)
        and kind in checkers
        and checkers[kind].is_valid(event)
        for event in events
    )


@functools.cache
def _checkers() -> dict[str, Validator]:
    """What an event has to look like, by its kind."""
    all_kinds = dict(EVENTS_SCHEMA["items"])
    kinds = all_kinds.pop("oneOf")
    schemas = {
        kind["properties"]["event"]["const"]: {**all_kinds, "allOf": [kind]} for kind in kinds
    }
    return {name: validator_for(schema)(schema) for name, schema in schemas.items()}


def _is_checked(_action: RemoteAction, _answer: dict[str, Any]) -> bool:
    return True


def limit_action_calls() -> None:
    """From now on Rasa reads the action endpoint as one of these, and leaves checking to it."""
    read_endpoints = AvailableEndpoints.read_endpoints

    def read_with_limit(endpoint_file: str) -> AvailableEndpoints:
        endpoints = read_endpoints(endpoint_file)
        if endpoints.action is not None:
            endpoints.action.__class__ = ActionEndpoint  # with whatever it was configured with
        return endpoints

    RemoteAction._validate_action_result = _is_checked
    AvailableEndpoints.read_endpoints = staticmethod(read_with_limit)
