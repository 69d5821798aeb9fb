"""Action servers that misbehave as told: in the way of a real one, on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from mesobot import paths
from mesobot.running import actions_command, free_port, wait_for

_DRIP_PAUSE = 0.3
_HEAD = "HTTP/1.1 {}\r\nContent-Type: application/json\r\nConnection: close\r\n"
FAULTS = {
    "dead": b"",
    "500": (_HEAD.format("500 Internal Server Error") + "\r\n{}").encode(),
    "garbage": (_HEAD.format("200 OK") + "\r\n{not json").encode(),
    "hanging": b"",
    "dripping": (_HEAD.format("200 OK") + "Content-Length: 4000\r\n\r\n").encode(),
}


class ActionGate:
    """Between Rasa and a real action server; while a fault is set, calls get no further.

    Attributes:
        port: where Rasa calls.
        fault: one of FAULTS, or None to pass calls on.
        calls: how many calls the fault has met.
        before_reply: called when the server has done what it was asked for; if it is set, its
            reply goes no further.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self.port = free_port()
        self.fault: str | None = None
        self.calls = 0
        self.before_reply: Callable[[], None] | None = None
        self._listen()

    @contextmanager
    def broken(self, fault: str) -> Iterator[None]:
        """Misbehave like that for a while."""
        self.calls, self.fault = 0, fault
        if fault == "dead":
            self.close()
        try:
            yield
        finally:
            self.fault = None
            if fault == "dead":
                self._listen()

    def close(self) -> None:
        # Closing alone would not wake up the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                handle = self._misbehave if self.fault else self._pass_on
                handle = self._lose_the_reply if self.before_reply else handle
                threading.Thread(target=handle, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self._server_port))
            threading.Thread(target=_copy, args=(server, client), daemon=True).start()
            _copy(client, server)

    def _lose_the_reply(self, client: socket.socket) -> None:
        before_reply, self.before_reply = self.before_reply, None
        with client, socket.create_connection(("127.0.0.1", self._server_port)) as server:
            server.sendall(_read_request(client))
            assert server.recv(65536)
            assert before_reply
            before_reply()

    def _misbehave(self, client: socket.socket) -> None:
        self.calls += 1
        fault = self.fault or "dead"
        with suppress(OSError), client:
            _read_request(client)
            client.sendall(FAULTS[fault])
            while fault == "dripping":
                client.sendall(b" ")
                time.sleep(_DRIP_PAUSE)
            if fault == "hanging":
                client.recv(1)  # until Rasa gives up


def _read_request(client: socket.socket) -> bytes:
    with client.makefile("rb") as request:
        head, length = b"", 0
        while (line := request.readline()).strip() != b"":
            head += line
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return head + line + request.read(length)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


class ActionServer:
    """A real one, on a port of its own; it can be killed and started again.

    Attributes:
        port: where it listens.
        process: the one that runs now.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self.port = free_port()
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            actions_command(self.port), cwd=paths.ROOT, env=self._environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if not wait_for(f"http://127.0.0.1:{self.port}/health", 60):
            self.kill()
            raise AssertionError("the action server did not start")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(timeout=10)


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """A process that is there and does nothing."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)
