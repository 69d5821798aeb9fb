"""Nothing waits for a browser that is gone; with Sanic's own websocket, without a network."""

import asyncio
from types import SimpleNamespace

import pytest
from sanic.server.websockets.impl import WebsocketImplProtocol
from websockets.connection import OPEN

from mesobot.channels.web.websocket import TidyWebSocket

pytestmark = pytest.mark.asyncio


def connected() -> TidyWebSocket:
    socket = TidyWebSocket(handler=None, server=None)
    socket._sock = WebsocketImplProtocol(SimpleNamespace(state=OPEN, parser=None))
    return socket


def waiting_tasks() -> int:
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return sum(name.startswith(("WebsocketFrameAssembler", "Websocket")) for name in names)


@pytest.mark.parametrize("pauses", [0, 1, 5])
async def test_a_wait_that_is_cancelled_leaves_no_task_behind(pauses: int) -> None:
    wait = asyncio.ensure_future(connected().wait())
    for _ in range(pauses):
        await asyncio.sleep(0)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    await asyncio.sleep(0.01)
    assert waiting_tasks() == 0
    assert len(asyncio.all_tasks()) == 1


async def test_the_same_wait_without_it_leaves_one() -> None:
    """If this fails, Sanic no longer needs our help."""
    wait = asyncio.ensure_future(connected()._sock.recv())
    await asyncio.sleep(0.01)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    await asyncio.sleep(0.01)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert len(left) == 1
    left[0].cancel()
