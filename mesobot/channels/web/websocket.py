"""A websocket of Sanic that leaves nothing behind when its browser is gone.

Sanic waits for a message in a task inside ``recv``. Whoever cancels ``recv`` from outside, as happens
when a connection breaks, leaves that task waiting for ever; ``recv_cancel`` is Sanic's own way to end
both.
"""

from __future__ import annotations

import asyncio
from typing import Any

from engineio.async_drivers.sanic import WebSocket


class TidyWebSocket(WebSocket):
    """What engine.io reads from and writes to."""

    async def wait(self) -> Any:
        """The next message."""
        receiving = asyncio.ensure_future(super().wait())
        try:
            return await asyncio.shield(receiving)
        except asyncio.CancelledError:
            if not receiving.done():
                self._end(receiving)
            raise

    def _end(self, receiving: asyncio.Future[Any]) -> None:
        waiting = self._sock.recv_cancel
        if waiting is None:  # it has not begun to wait
            receiving.cancel()
        else:
            waiting.cancel()
