"""socket.io's events become calls of the chat, also when they overlap."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mesobot.channels.web.configuration import read_settings
from mesobot.channels.web.server import PROTOCOL, ChatServer
from mesobot.knowledge.clinic import load_clinic
from mesobot.paths import CLINIC

pytestmark = pytest.mark.asyncio
REQUEST = SimpleNamespace(headers={}, ip="127.0.0.1")


class SlowChat:
    """Looking up a session takes until it is let on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.calls: list[str] = []

    async def arrive(self, *_: object) -> None:
        await self.go_on.wait()
        self.calls.append("arrive")

    async def greet(self, _tab: str) -> None:
        self.calls.append("greet")

    async def leave(self, _tab: str) -> None:
        self.calls.append("leave")


@pytest.mark.parametrize("leaves", [True, False])
async def test_who_leaves_while_arriving_is_not_kept(tmp_path: Path, leaves: bool) -> None:
    chat: Any = SlowChat()
    clinic = load_clinic(CLINIC / "clinic.yml", os.environ)
    server = ChatServer(read_settings({}, tmp_path), clinic, lambda _emit: chat)
    arriving = asyncio.create_task(
        server._connect("tab", {"sanic.request": REQUEST}, {"protocol": PROTOCOL})
    )
    await asyncio.sleep(0)
    if leaves:
        await server._disconnect("tab", "transport close")
    chat.go_on.set()
    await arriving
    await asyncio.sleep(0.01)
    assert chat.calls == (["leave", "arrive", "leave"] if leaves else ["arrive", "greet"])
