"""Runs the whole assistant on this machine, with one Ctrl-C for all of it.

Rasa answers, the action server saves consultation requests, the relay delivers them, and
without a mail server of its own a local catcher keeps the mails.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mesobot import paths, settings
from mesobot.consultation.mail_settings import catcher_port

_SLOWEST_START_SECONDS = 180
_ACTIONS_START_SECONDS = 60
_PYTHON = (sys.executable, "-m", "mesobot.launch")
RELAY_COMMAND = [*_PYTHON, "mesobot.consultation.relay_process"]
FOREIGN_SITE_COMMAND = [*_PYTHON, "mesobot.channels.web.foreign_site"]
CATCHER_COMMAND = [*_PYTHON, "mesobot.consultation.delivery.catcher"]


class PortTakenError(RuntimeError):
    """Something else listens where the assistant should."""


def run() -> int:
    """Start everything and stay until Ctrl-C.

    Returns:
        Exit status of the first process that ended.

    Raises:
        PortTakenError: if a port is in use.
    """
    from honcho.manager import Manager

    settings.prepare_environment(os.environ)
    os.environ["MESOBOT_ACTIONS_URL"] = settings.actions_url(settings.actions_port())
    os.environ.setdefault("MESOBOT_DEMO", "1")
    demo = settings.has_demo(os.environ)
    caught = settings.mails_are_caught(os.environ)
    ports = {
        "MESOBOT_PORT": settings.port(),
        "MESOBOT_ACTIONS_PORT": settings.actions_port(),
        **({"MESOBOT_DEMO_PORT": settings.demo_port(os.environ)} if demo else {}),
        **({"MESOBOT_CATCHER_PORT": catcher_port(os.environ)} if caught else {}),
    }
    for variable, number in ports.items():
        require_free(variable, number)
    os.chdir(paths.ROOT)
    manager = Manager()
    manager.add_process("actions", shlex.join(actions_command(settings.actions_port())))
    manager.add_process("rasa", shlex.join(rasa_command(settings.port())))
    manager.add_process("relay", shlex.join(RELAY_COMMAND))
    if demo:
        manager.add_process("site", shlex.join(FOREIGN_SITE_COMMAND))
    if caught:
        manager.add_process("mail", shlex.join(CATCHER_COMMAND))
    announcer = threading.Thread(target=_announce_when_ready, args=(settings.port(),), daemon=True)
    announcer.start()
    manager.loop()
    return int(manager.returncode or 0)


def rasa_command(
    port: int, credentials: str = "credentials.yml", interface: str = "127.0.0.1"
) -> list[str]:
    """Command line of the Rasa server, with the channels of a file."""
    return [
        *(*_PYTHON, "rasa", "run"),
        *("--interface", interface, "--port", str(port)),
        *("--model", str(paths.MODEL), "--endpoints", "endpoints.yml"),
        *("--credentials", credentials),
    ]


def shell_command(port: int) -> list[str]:
    """Command line of ``rasa shell`` with the same model and helpers, on loopback too."""
    return [
        *(*_PYTHON, "rasa", "shell"),
        *("--interface", "127.0.0.1", "--port", str(port)),
        *("--model", str(paths.MODEL), "--endpoints", "endpoints.yml"),
    ]


def actions_command(port: int) -> list[str]:
    """Command line of the action server (loopback through ``SANIC_HOST``)."""
    return [*_PYTHON, "mesobot.action_server", "--port", str(port)]


@contextmanager
def action_server() -> Iterator[None]:
    """An action server of its own on a free loopback port, for as long as it is needed.

    Raises:
        RuntimeError: if it does not start.
    """
    port = free_port()
    os.environ["MESOBOT_ACTIONS_URL"] = settings.actions_url(port)
    settings.prepare_environment(os.environ)
    server = subprocess.Popen(  # noqa: S603 - our own command
        actions_command(port),
        cwd=paths.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        alive = lambda: server.poll() is None  # noqa: E731
        if not wait_for(f"http://127.0.0.1:{port}/health", _ACTIONS_START_SECONDS, alive):
            raise RuntimeError("The action server did not start.")
        yield
    finally:
        server.terminate()
        server.wait(timeout=10)


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float, still_wanted: Callable[[], bool] = lambda: True) -> bool:
    """Whether an HTTP address answered in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and still_wanted():
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False


def require_free(variable: str, number: int) -> None:
    """See to it that nobody listens on a port.

    Args:
        variable: that chooses another port.
        number: of the port.

    Raises:
        PortTakenError: if somebody does.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError as error:
            raise PortTakenError(
                f"Port {number} is already in use. Stop what listens there, or choose another "
                f"port: {variable}={number + 1000} make run"
            ) from error


def _announce_when_ready(port: int) -> None:
    address = f"http://127.0.0.1:{port}"
    if wait_for(f"{address}/webhooks/rest/", _SLOWEST_START_SECONDS):
        sys.stdout.write(
            "\n"
            f"{_demo_lines(address)}"
            f"  The assistant is ready:  {address}/webhooks/rest/webhook\n"
            "  Try it:  curl -s -H 'Content-Type: application/json' \\\n"
            '             -d \'{"sender": "me", "message": "does it hurt?"}\' \\\n'
            f"             {address}/webhooks/rest/webhook\n"
            f"{_mail_line()}"
            "  Ctrl-C stops everything.\n\n"
        )
        sys.stdout.flush()


def _demo_lines(address: str) -> str:
    if not settings.has_demo(os.environ):
        return ""
    foreign = f"http://127.0.0.1:{settings.demo_port(os.environ)}/"
    return f"  Open in a browser:       {address}/demo/\n  On another site:         {foreign}\n"


def _mail_line() -> str:
    if not settings.mails_are_caught(os.environ):
        return ""
    return (
        "  No mail server is set: mails about consultation requests reach nobody, they are\n"
        f"  kept in {paths.STATE / 'mail'}\n"
    )
