"""Reads about the clinic's account from the WhatsApp platform (Graph API)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from mesobot.consultation.clock import utc_now
from mesobot.consultation.delivery.graph import problem_of
from mesobot.consultation.delivery.problems import ConfigurationProblem, TemporaryProblem
from mesobot.consultation.graph_account import GraphAccount, Provider

_CALL_SECONDS = 15.0
_LARGEST_ANSWER = 1024 * 1024


class GraphReader:
    """Reads with the rights of the account's token, or of its app.

    Args:
        account: what is read about.
    """

    def __init__(self, account: GraphAccount) -> None:
        self._account = account
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> GraphReader:
        timeout = aiohttp.ClientTimeout(total=_CALL_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def read(
        self, path: str, query: Mapping[str, str] | None = None, app_token: str | None = None
    ) -> dict[str, Any]:
        """A JSON object of the platform.

        Args:
            path: below the version.
            query: of the address.
            app_token: shown instead of the account's own.

        Raises:
            DeliveryProblem: if it was refused, or is not to be had at the moment.
        """
        account = self._account
        version = "" if account.provider is Provider.DIALOG360 else f"/{account.version}"
        headers = {"Authorization": f"Bearer {app_token}"} if app_token else account.headers
        status, answer_headers, text = await self._get(
            f"{account.url}{version}/{path}", query or {}, headers
        )
        body = _parsed(text)
        if status == 200 and body and "error" not in body:  # noqa: PLR2004
            return body
        problem = problem_of(status, answer_headers, body, utc_now())
        raise problem or TemporaryProblem(f"{status}, unexpected")

    async def challenge(self, url: str, word: str, challenge: str) -> bool:
        """Whether a webhook answers like the platform wants it, asked with its verify token."""
        query = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": challenge}
        status, _, text = await self._get(url, query, {})
        return status == 200 and text == challenge.encode()  # noqa: PLR2004

    async def _get(
        self, url: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        assert self._session is not None  # noqa: S101 - for the type checker
        try:
            async with self._session.get(
                url, params=query, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, answer.headers, await answer.content.read(_LARGEST_ANSWER)
        except asyncio.TimeoutError:
            raise TemporaryProblem("no answer in time") from None
        except aiohttp.ClientConnectorCertificateError:
            raise ConfigurationProblem("certificate not trusted") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise TemporaryProblem("connection lost") from None


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
