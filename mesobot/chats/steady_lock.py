"""One turn of a conversation at a time, over several Rasa processes, with or without Redis.

Rasa's own Redis lock is no help against what it is for: taking a ticket is not atomic, its calls
stop all conversations of the process while Redis hangs, a turn fails while Redis is away, and a
process that was killed blocks its conversations for a minute.

Here a turn first waits its turn within its process, in memory. Then it takes a lock in Redis,
which lives for some seconds and is renewed while the turn goes on. Whatever is wrong with Redis,
the turn takes place: the proxy sends a conversation to one process, so two turns of it at the
same moment in two processes need a failure of the proxy's choice as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import redis.asyncio
import structlog
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio.lock import Lock
from redis.exceptions import ConnectionError as BrokenError
from redis.exceptions import LockError, RedisError

LIFE = 4.0
"""Seconds that a lock outlives the process that was killed with it."""
PATIENCE = 1.0
"""Seconds for one use of Redis; after that it counts as away."""
PAUSE = 5.0
"""Seconds in which a Redis that was away is not asked again."""
_POLL = 0.05

_AWAY = (RedisError, OSError, asyncio.TimeoutError)
_log = structlog.get_logger()


class SteadyLockStore(InMemoryLockStore):
    """Locks in memory and, if ``redis`` is the URL of one, in Redis too.

    Args:
        endpoint_config: from ``endpoints.yml``, with ``redis``.
        life: seconds a lock lives without being renewed.
        patience: seconds for one use of Redis.
    """

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        *,
        life: float = LIFE,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__()
        url = str((endpoint_config.kwargs if endpoint_config else {}).get("redis") or "").strip()
        self._life = life
        self._patience = patience
        self._away_until = 0.0
        self._redis = (
            redis.asyncio.from_url(
                url, socket_timeout=patience, socket_connect_timeout=patience, max_connections=200
            )
            if url
            else None
        )

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = _POLL,
    ) -> AsyncIterator[TicketLock]:
        """Wait for the conversation's turn.

        Raises:
            LockError: Rasa's, if another turn of this process does not end.
        """
        mine = super().lock(conversation_id, lock_lifetime, wait_time_in_seconds)
        async with mine as ticket, self._in_redis(conversation_id):
            yield ticket

    @asynccontextmanager
    async def _in_redis(self, conversation: str) -> AsyncIterator[None]:
        held = await self._take(conversation)
        renewing = asyncio.create_task(self._renew(held)) if held else None
        try:
            yield
        finally:
            if held and renewing:
                renewing.cancel()
                # Redis may have been emptied or gone meanwhile; the lock then ends by itself.
                with suppress(LockError, *_AWAY):
                    await held.release()

    async def _take(self, conversation: str) -> Lock | None:
        """The lock, or None while there is no Redis."""
        loop = asyncio.get_running_loop()
        if self._redis is None or loop.time() < self._away_until:
            return None
        lock = self._redis.lock(f"mesobot:turn:{conversation}", timeout=self._life, sleep=_POLL)
        try:
            try:
                await self._acquire(lock)
            except BrokenError:
                # Connections to a Redis that was started anew break one by one, each when it is used.
                await self._redis.connection_pool.disconnect(inuse_connections=False)
                await self._acquire(lock)
        except _AWAY as error:
            if loop.time() >= self._away_until:  # the first of those who waited together says it
                _log.error("locks are in memory only, Redis away", problem=type(error).__name__)
            self._away_until = loop.time() + PAUSE
            return None
        return lock

    async def _acquire(self, lock: Lock) -> None:
        while not await asyncio.wait_for(lock.acquire(blocking=False), self._patience):
            await asyncio.sleep(_POLL)

    async def _renew(self, lock: Lock) -> None:
        while True:
            await asyncio.sleep(self._life / 4)
            with suppress(*_AWAY):  # LockError among them: lost, and the turn goes on
                await lock.reacquire()


def open_store(url: str, **options: Any) -> SteadyLockStore:
    """A store with the Redis of that URL."""
    return SteadyLockStore(EndpointConfig(redis=url), **options)
