"""Tells the other Rasa processes that something was said in a session, and hears it from them.

The proxy brings all tabs of a session to one process. After a failure they can be at two for a
while. What was said is in the database; through Redis only the session's id goes round, so that the
others look there. While Redis is away, tabs at another process see it a little later: when something
is said in them, or after a reload.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

import redis.asyncio
import structlog
from redis.exceptions import RedisError

_CHANNEL = "mesobot:web:said"
_PATIENCE = 1.0
_PAUSE = 2.0
_WAITING = 1000
_AWAY = (RedisError, OSError, asyncio.TimeoutError)
_log = structlog.get_logger()

Hear = Callable[[str], Awaitable[None]]
"""What is done when something was said elsewhere in a session."""


class Neighbours:
    """The other processes of this installation.

    Args:
        url: of the Redis that all use; empty if there is only this process.
        pause: seconds between attempts to come back to it.
    """

    def __init__(self, url: str = "", pause: float = _PAUSE) -> None:
        self._url = url.strip()
        self._pause = pause
        self._me = secrets.token_hex(8)
        self._news: asyncio.Queue[str] = asyncio.Queue(_WAITING)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def exist(self) -> bool:
        """Whether there may be any."""
        return bool(self._url)

    def tell(self, session: str) -> None:
        """Something was said in a session. Returns at once, whatever is wrong with Redis."""
        if self.exist:
            with suppress(asyncio.QueueFull):
                self._news.put_nowait(session)

    def start(self, hear: Hear) -> None:
        """Tell and listen from now on."""
        if self.exist:
            create = asyncio.get_running_loop().create_task
            self._tasks = [create(self._listen(hear)), create(self._send())]

    def stop(self) -> None:
        """No longer."""
        for task in self._tasks:
            task.cancel()

    async def _send(self) -> None:
        client = self._client(_PATIENCE)
        while True:
            session = await self._news.get()
            with suppress(*_AWAY):  # the others then find it when they look
                await asyncio.wait_for(client.publish(_CHANNEL, f"{self._me} {session}"), _PATIENCE)

    async def _listen(self, hear: Hear) -> None:
        while True:
            with suppress(*_AWAY):
                async with self._client(None).pubsub() as ear:
                    await ear.subscribe(_CHANNEL)
                    async for message in ear.listen():
                        await self._take(message, hear)
            await asyncio.sleep(self._pause)

    async def _take(self, message: dict[str, object], hear: Hear) -> None:
        if message["type"] != "message" or not isinstance(message["data"], bytes):
            return
        sender, _, session = message["data"].decode("ascii", "replace").partition(" ")
        if sender != self._me:
            try:
                await hear(session)
            except Exception as error:  # one session must not end the listening
                _log.error("web.news_not_passed_on", error=type(error).__name__)

    def _client(self, patience: float | None) -> redis.asyncio.Redis:
        return redis.asyncio.from_url(
            self._url,
            socket_timeout=patience,
            socket_connect_timeout=_PATIENCE,
            health_check_interval=0 if patience else 10,
        )
