"""All processes of an installation for the public, with its settings, on this machine's loopback."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from cryptography.fernet import Fernet

from deploy.rehearsal.keeper import Keeper
from deploy.rehearsal.nginx import Nginx
from deploy.rehearsal.postgresql import create_database, start_postgresql
from deploy.rehearsal.redis_server import RedisServer
from mesobot import paths
from mesobot.release import make_current, make_release
from mesobot.running import CATCHER_COMMAND, free_port, wait_for
from mesobot.settings import actions_url

_START_SECONDS = 300
INBOX = "reception@clinic.test"


class Topology:
    """PostgreSQL, Redis, nginx, Rasa processes, action server, relay, and a mail server.

    Use it as a context manager; everything ends with it.

    Attributes:
        environment: of all of our processes.
        kept: all of our processes, by name.
        rasa: the Rasa processes, in the order of their ports.
    """

    def __init__(self, folder: Path, rasa: int = 2, settings: Mapping[str, str] = {}) -> None:
        """Nothing is started yet.

        Args:
            folder: for everything that they keep; others must be able to enter it.
            rasa: how many Rasa processes.
            settings: more variables.
        """
        folder.chmod(0o711)  # PostgreSQL refuses to be root, and has its data in there
        self._stack = ExitStack()
        self._settings = dict(settings)
        self.folder = folder
        self.releases, self.logs = self._made("releases"), self._made("processes")
        self.rasa_ports = [free_port() for _ in range(rasa)]
        self.actions_port = free_port()
        self.redis = RedisServer(self._made("redis"))
        self.nginx = Nginx(self._made("nginx"), self.rasa_ports)
        self.kept: dict[str, Keeper] = {}
        self.rasa: list[Keeper] = []

    def __enter__(self) -> Topology:
        """Start everything and wait until all of it answers.

        Raises:
            MissingProgramError, RuntimeError: if something cannot be started.
        """
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End everything."""
        self._stack.close()

    @property
    def url(self) -> str:
        """Where the public reaches it."""
        return self.nginx.url

    @property
    def printed(self) -> str:
        """Everything that our processes and nginx have printed."""
        files = [*sorted(self.logs.glob("*.log")), self.nginx.certificate.with_name("log")]
        return "\n".join(each.read_text(encoding="utf-8", errors="replace") for each in files)

    @property
    def processes(self) -> str:
        """For ``mesobot publish --processes``."""
        return ",".join(f"{rasa.name}={self.health(at)}" for at, rasa in enumerate(self.rasa))

    def health(self, at: int) -> str:
        """Where a Rasa process says whether it is ready."""
        return f"http://127.0.0.1:{self.rasa_ports[at]}/chat/health"

    def wait_for_rasa(self, at: int) -> None:
        """Return once a Rasa process is ready.

        Raises:
            RuntimeError: if it does not get ready.
        """
        if not wait_for(self.health(at), _START_SECONDS):
            raise RuntimeError(f"{self.rasa[at].name} did not start:\n{self.printed[-3000:]}")

    def wait_for_actions(self) -> None:
        """Return once the action server is ready.

        Raises:
            RuntimeError: if it does not get ready.
        """
        if not wait_for(f"http://127.0.0.1:{self.actions_port}/health", _START_SECONDS):
            raise RuntimeError(f"the action server did not start:\n{self.printed[-3000:]}")

    def _start(self) -> None:
        self.postgresql = start_postgresql(self._made("postgresql"))
        self._stack.callback(self.postgresql.stop)
        self.redis.start()
        self._stack.callback(self.redis.stop)
        key = secrets.token_urlsafe(32)
        make_current(self.releases, make_release(paths.ROOT, self.releases, key.encode()))
        self.environment = self._environment(key)
        self._keep("mail", CATCHER_COMMAND)
        self._keep("actions", _serve("actions"))
        self._keep("relay", _serve("relay"))
        for number, port in enumerate(self.rasa_ports, start=1):
            self.rasa.append(self._keep(f"rasa-{number}", _serve("rasa"), MESOBOT_PORT=str(port)))
        self.wait_for_actions()
        for at in range(len(self.rasa)):
            self.wait_for_rasa(at)
        self.nginx.start()
        self._stack.callback(self.nginx.stop)

    def _environment(self, key: str) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("MESOBOT_")}
        return {
            **inherited,
            "MESOBOT_PRODUCTION": "1",
            "MESOBOT_RELEASE": str(self.releases / "current"),
            "MESOBOT_STATE": str(self._made("state", 0o700)),
            "MESOBOT_SEAL_KEY": key,
            "MESOBOT_WEB_ORIGINS": self.url,
            "MESOBOT_WEB_PROXIES": "1",
            "MESOBOT_WEB_SECRET": secrets.token_urlsafe(32),
            "MESOBOT_ACTIONS_TOKEN": secrets.token_urlsafe(32),
            "MESOBOT_ACTIONS_PORT": str(self.actions_port),
            "MESOBOT_ACTIONS_URL": actions_url(self.actions_port),
            "MESOBOT_ENCRYPTION_KEY": Fernet.generate_key().decode(),
            "MESOBOT_TRACKER_DB": create_database(self.postgresql, "chats"),
            "MESOBOT_REQUESTS_DB": create_database(self.postgresql, "requests"),
            "MESOBOT_REDIS_URL": self.redis.url,
            "MESOBOT_CLINIC_EMAIL": INBOX,
            "MESOBOT_SMTP_HOST": "127.0.0.1",
            "MESOBOT_SMTP_PORT": (mail := str(free_port())),
            "MESOBOT_CATCHER_PORT": mail,
            "MESOBOT_SMTP_SECURITY": "none",
            "MESOBOT_MAIL_FROM": "Mesobot <assistant@clinic.test>",
            **self._settings,
        }

    def _keep(self, name: str, command: list[str], **variables: str) -> Keeper:
        keeper = Keeper(name, command, {**self.environment, **variables}, self.logs)
        self._stack.callback(keeper.stop)
        self.kept[name] = keeper
        return keeper

    def _made(self, name: str, mode: int = 0o755) -> Path:
        folder = self.folder / name
        folder.mkdir(mode=mode, exist_ok=True)
        return folder


def _serve(name: str) -> list[str]:
    return [sys.executable, "-m", "mesobot", "serve", name]
