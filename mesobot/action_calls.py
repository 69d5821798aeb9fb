"""How the Rasa server calls the action server: not for long, and without quoting its answers.

Rasa waits 300 seconds for an action, during which the conversation is locked, and it logs what
the action server answers to a call that failed: rasa_sdk repeats the whole conversation there.
Neither can be configured, so the endpoint is replaced as it is read from ``endpoints.yml``.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

LONGEST_ACTION = 4.5
"""Seconds; two calls of one patient, one waiting for the other, still end within ten."""


class ActionEndpoint(EndpointConfig):
    """The action server; all that can go wrong with it becomes a short error without data."""

    async def request(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Call an action.

        Raises:
            ClientConnectionError: if the answer is not complete in time.
            ClientPayloadError: if the action failed, or the answer is no JSON object.
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
        if not isinstance(answer, dict):
            raise aiohttp.ClientPayloadError("no JSON object")
        return answer


def limit_action_calls() -> None:
    """From now on Rasa reads the action endpoint as one of these."""
    read_endpoints = AvailableEndpoints.read_endpoints

    def read_with_limit(endpoint_file: str) -> AvailableEndpoints:
        endpoints = read_endpoints(endpoint_file)
        if endpoints.action is not None:
            endpoints.action.__class__ = ActionEndpoint  # with whatever it was configured with
        return endpoints

    AvailableEndpoints.read_endpoints = staticmethod(read_with_limit)
