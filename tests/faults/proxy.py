"""A way to a server on loopback that is slow, or breaks at a chosen word."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Thread


class Proxy:
    """Passes bytes on between clients and a server.

    Attributes:
        port: where clients connect.
        delay: seconds that each answer takes.
        breaks_at: once the client has said that, it gets no answer any more but is cut off.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.delay = 0.0
        self.breaks_at: bytes | None = None
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                Thread(target=self._ask, args=(client, server), daemon=True).start()
                Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if self.breaks_at and self.breaks_at in data:
                    client.shutdown(socket.SHUT_RDWR)
                server.sendall(data)
        server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                time.sleep(self.delay)
                client.sendall(data)
