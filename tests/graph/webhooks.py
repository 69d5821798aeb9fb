"""Posts webhooks to the connector as WhatsApp does: signed, at least once, tried again."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp

from tests.graph.payloads import encode, sign
from tests.graph.settings import Settings

_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds between tries; WhatsApp goes on for days."""
_POST_SECONDS = 20.0


@dataclass(frozen=True)
class Post:
    """One try.

    Attributes:
        status: of the HTTP answer; 0 if there was none.
        seconds: until the answer.
    """

    status: int
    seconds: float
    attempt: int

    def as_json(self) -> dict[str, Any]:
        """For the control API."""
        return asdict(self)


class Webhooks:
    """The way to one connector."""

    def __init__(self, url: str | None, settings: Settings) -> None:
        self._url = url
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None
        self._open: set[asyncio.Task[Post]] = set()
        self.posts: list[Post] = []

    async def subscribe(self, url: str, verify_token: str) -> bool:
        """Ask an address whether it wants webhooks; they go there if it answers as it must."""
        challenge = str(time.time_ns())
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": verify_token,
            "hub.challenge": challenge,
        }
        async with self._client().get(url, params=query) as answer:
            accepted = answer.status == 200 and await answer.text() == challenge
        if accepted:
            self._url = url
        return accepted

    def send_later(self, payload: dict[str, Any]) -> None:
        """Send, and try again until it is taken, while the caller goes on."""
        if self._url is None:
            return
        task = asyncio.get_running_loop().create_task(self.send(encode(payload)))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def send(
        self, body: bytes, signature: str | None = None, pauses: tuple[float, ...] = _PAUSES
    ) -> Post:
        """Send until it is taken; the last try is returned."""
        post = await self._try(body, signature, 1)
        for attempt, pause in enumerate(pauses, 2):
            if post.status == 200:
                break
            await asyncio.sleep(pause)
            post = await self._try(body, signature, attempt)
        return post

    async def close(self) -> None:
        """Stop trying."""
        for task in self._open:
            task.cancel()
        if self._session:
            await self._session.close()

    async def _try(self, body: bytes, signature: str | None, attempt: int) -> Post:
        headers = {"Content-Type": "application/json"}
        if self._settings.is_dialog360:  # signs nothing, but sends what a customer asked for
            headers["X-Mesobot-Token"] = signature or self._settings.verify_token
        else:
            headers["X-Hub-Signature-256"] = signature or sign(self._settings.secret, body)
        begin, status = time.monotonic(), 0
        try:
            async with self._client().post(self._url or "", data=body, headers=headers) as answer:
                status = answer.status
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            pass  # WhatsApp does not ask why either
        post = Post(status, time.monotonic() - begin, attempt)
        self.posts.append(post)
        return post

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=_POST_SECONDS)
            connector = aiohttp.TCPConnector(limit=200)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        return self._session
