"""Tells the other Rasa processes that something was said in a session, and hears it from them.

The proxy brings all tabs of a session to one process. After a failure they can be at two for a
while. What was said is in the database; through Redis only the session's id goes round, so that the
others look there. While Redis is away, tabs at another process see it a little later: when something
is said in them, or after a reload.

While the database is away, what is said is in one process only. Whoever is about to show a session
*asks* the others to write what they hold of it; each answers when that is done.
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
_ASKED_FOR = 0.4
"""Seconds that somebody who reloads the page may wait for it."""
_WAITING = 1000
_AWAY = (RedisError, OSError, asyncio.TimeoutError)
_log = structlog.get_logger()

Hear = Callable[[str], Awaitable[None]]
"""What is done when something was said elsewhere in a session, or is to be written for another."""


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
        self._writing: set[asyncio.Task[None]] = set()
        self._answers: dict[str, asyncio.Semaphore] = {}

    @property
    def exist(self) -> bool:
        """Whether there may be any."""
        return bool(self._url)

    def tell(self, session: str) -> None:
        """Something was said in a session. Returns at once, whatever is wrong with Redis."""
        self._publish("said", "-", session)

    async def ask(self, session: str) -> None:
        """Wait until the others have written what they hold of a session, but never for long."""
        if not self._tasks:
            return
        number = secrets.token_hex(4)
        answers = self._answers[number] = asyncio.Semaphore(0)
        try:
            await asyncio.wait_for(self._asked(number, session, answers), _ASKED_FOR)
        except _AWAY:
            return
        finally:
            del self._answers[number]

    def start(self, hear: Hear, write: Hear) -> None:
        """Tell, ask and listen from now on.

        Args:
            hear: called when something was said elsewhere.
            write: called when another process wants to show what is held here.
        """
        if self.exist:
            create = asyncio.get_running_loop().create_task
            self._tasks = [create(self._listen(hear, write)), create(self._send())]

    def stop(self) -> None:
        """No longer."""
        for task in (*self._tasks, *self._writing):
            task.cancel()

    def _publish(self, kind: str, number: str, session: str) -> None:
        if self.exist:
            with suppress(asyncio.QueueFull):
                self._news.put_nowait(self._line(kind, number, session))

    def _line(self, kind: str, number: str, session: str) -> str:
        return f"{self._me} {kind} {number} {session}"

    async def _asked(self, number: str, session: str, answers: asyncio.Semaphore) -> None:
        async with self._client(_ASKED_FOR) as client:
            listeners = await client.publish(_CHANNEL, self._line("ask", number, session))
        for _ in range(listeners):  # this process is one of them
            await answers.acquire()

    async def _send(self) -> None:
        client = self._client(_PATIENCE)
        while True:
            line = await self._news.get()
            with suppress(*_AWAY):  # the others then find it when they look
                await asyncio.wait_for(client.publish(_CHANNEL, line), _PATIENCE)

    async def _listen(self, hear: Hear, write: Hear) -> None:
        while True:
            with suppress(*_AWAY):
                async with self._client(None).pubsub() as ear:
                    await ear.subscribe(_CHANNEL)
                    async for message in ear.listen():
                        await self._take(message, hear, write)
            await asyncio.sleep(self._pause)

    async def _take(self, message: dict[str, object], hear: Hear, write: Hear) -> None:
        if message["type"] != "message" or not isinstance(message["data"], bytes):
            return
        match message["data"].decode("ascii", "replace").split(" "):
            case [self._me, "ask", number, _]:
                self._take_answer(number)
            case [_, "ask", number, session]:
                # The database may take its time, and what others say is not to wait for it.
                task = asyncio.create_task(self._write(number, session, write))
                self._writing.add(task)
                task.add_done_callback(self._writing.discard)
            case [_, "done", number, _]:
                self._take_answer(number)
            case [sender, "said", _, session] if sender != self._me:
                await self._pass_on(session, hear)

    async def _write(self, number: str, session: str, write: Hear) -> None:
        await self._pass_on(session, write)
        self._publish("done", number, session)

    def _take_answer(self, number: str) -> None:
        if number in self._answers:
            self._answers[number].release()

    async def _pass_on(self, session: str, hear: Hear) -> None:
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
