"""What the relay meets in these tests: a scripted SMTP server, a Graph API, and itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mesobot import paths
from mesobot.consultation.clock import Clock, utc_now
from mesobot.consultation.database import open_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.outbox import DeliveryKind, DeliveryState, Outbox
from mesobot.consultation.request import Consent, NewRequest, StoredRequest, Way
from mesobot.consultation.service import ConsultationService
from mesobot.running import free_port

NAME, EMAIL = "Ayşe Canary", "canary@patient.com"
CLINIC_EMAIL, CLINIC_WHATSAPP = DeliveryKind.CLINIC_EMAIL, DeliveryKind.CLINIC_WHATSAPP
_SLOW = {"hang": 60, "late": 3, "slow": 1}
QUICK = {"timeout": 3.5, "lease": 8.0, "idle": 0.05, "look": 0.2}
CLINIC_FILE = """
city: Istanbul
contact: {whatsapp: "+90 543 197 43 20", whatsapp_greeting: "Hello", email: "inbox@clinic.com.tr"}
emergency: {number: "112", country: "Türkiye"}
notices: {automated: "I am a machine.", results_differ: "Results differ."}
"""


def wait_until(true: Callable[[], object], seconds: float = 15) -> None:
    """Return once it is true; it is an error if it does not become so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


class SmtpServer:
    """A real SMTP server on loopback; each mail meets the next step of its script.

    Steps: "451" and "550" refuse the recipient, "421" the content; "hang" never answers to
    the content, "slow" after one second, "late" after three; "reset" breaks off in the middle
    of the answer, "close" right behind it. Without a step the mail is accepted.
    """

    def __init__(self, port: int | None = None, **options: Any) -> None:
        self.port = port or free_port()
        self.script: list[str] = []
        self.received: list[str] = []  # Message-ID of each content that arrived
        self.accepted: list[str] = []  # ... and was answered with 250
        self.mails: list[bytes] = []
        self.farewells = 0
        self.logins: list[tuple[bytes, bytes]] = []
        self.before_250: Callable[[], None] = lambda: None
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, authenticator=self._login, **options
        )

    def __enter__(self) -> SmtpServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.script and self.script[0] in ("451", "550"):
            return f"{self.script.pop(0)} no, <{address}>"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        step = self.script.pop(0) if self.script else "accept"
        message_id = message_from_bytes(envelope.content, policy=policy.default)["Message-ID"]
        self.received.append(message_id)
        if step == "421":
            return "421 closing down"
        if step in _SLOW:
            await asyncio.sleep(_SLOW[step])
        if step == "reset":
            server.transport.write(b"25")
            await asyncio.sleep(0.05)
            abrupt = struct.pack("ii", 1, 0)
            server.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, abrupt
            )
            server.transport.abort()
            await asyncio.sleep(60)
        self.before_250()
        self.accepted.append(message_id)
        self.mails.append(envelope.content)
        if step == "close":
            server.transport.write(b"250 OK\r\n")
            server.transport.close()
            await asyncio.sleep(60)
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.farewells += 1
        return "221 Bye"

    def _login(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"s3cret-word", handled=False)


class Wiretap:
    """Passes a connection on to another port and keeps what the client said."""

    def __init__(self, port: int) -> None:
        self.heard = bytearray()
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            for source, target, heard in ((client, server, self.heard), (server, client, None)):
                threading.Thread(target=_pass_on, args=(source, target, heard), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, heard: bytearray | None) -> None:
    try:
        while data := source.recv(4096):
            if heard is not None:
                heard += data
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


class GraphServer:
    """A Graph API on loopback; each call meets the next step of its script.

    A step is (status, headers, body) or "hang". Without one the message is accepted.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.script: list[Any] = []
        self.calls: list[tuple[float, dict[str, Any]]] = []
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()

    def __enter__(self) -> GraphServer:
        threading.Thread(target=self._serve, daemon=True).start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def environment(self) -> dict[str, str]:
        return {
            "MESOBOT_GRAPH_URL": f"http://127.0.0.1:{self.port}",
            "MESOBOT_GRAPH_VERSION": "v23.0",
            "MESOBOT_WHATSAPP_TOKEN": "t0ken-word",
            "MESOBOT_WHATSAPP_PHONE_NUMBER_ID": "1234567890",
            "MESOBOT_STAFF_WHATSAPP": "+905321234567",
            "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
        }

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        application = web.Application()
        application.router.add_post("/v23.0/1234567890/messages", self._answer)
        runner = web.AppRunner(application)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", self.port).start())
        self._started.set()
        self._loop.run_forever()

    async def _answer(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t0ken-word"
        self.calls.append((time.monotonic(), await request.json()))
        step = self.script.pop(0) if self.script else (200, {}, {"messages": [{"id": "wamid.1"}]})
        if step == "hang":
            await asyncio.sleep(60)
        status, headers, body = step
        return web.json_response(body, status=status, headers=headers)


def certificate(folder: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for 127.0.0.1 or another name, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    is_address = host[0].isdigit()
    alternative = x509.IPAddress(ip_address(host)) if is_address else x509.DNSName(host)
    now = datetime.now(timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / f"{host}.pem", folder / f"{host}.key"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return path, context


@dataclass
class Store:
    """A database of requests, seen from outside the relay."""

    url: str
    clock: Clock = utc_now
    kinds: tuple[DeliveryKind, ...] = (CLINIC_EMAIL,)
    number: int = 0

    def __post_init__(self) -> None:
        self.engine = open_database(self.url)
        self.outbox = Outbox(self.engine, Sealer(), self.clock)
        self.service = ConsultationService(self.engine, Sealer(), self.clock, lambda _: self.kinds)

    def submit(self, *kinds: DeliveryKind) -> str:
        """Hand in another request that calls for these messages; its reference."""
        self.kinds = kinds or (CLINIC_EMAIL,)
        self.number += 1
        consent = Consent("1", "1", "en", self.clock())
        request = NewRequest(
            conversation=f"conversation-{self.number}",
            form=f"form-{self.number}",
            way=Way.EMAIL,
            name=NAME,
            contact=EMAIL,
            concern="pigment and dull skin",
            preferred_time=None,
            channel="web",
            consent=consent,
        )
        return self.service.submit(request).reference

    def request(self, reference: str) -> StoredRequest:
        found = self.service.find(reference)
        assert found is not None
        return found

    def states(self, reference: str) -> dict[DeliveryKind, DeliveryState]:
        return {one.kind: one.state for one in self.request(reference).deliveries}

    def state(self, reference: str) -> DeliveryState:
        """State of its one message."""
        (state,) = self.states(reference).values()
        return state

    def problem(self, reference: str) -> str | None:
        """Last problem of its first message."""
        return self.request(reference).deliveries[0].last_problem

    def is_sent(self, reference: str) -> bool:
        return self.state(reference) is DeliveryState.SENT

    def wait_until_sent(self, reference: str, seconds: float = 15) -> None:
        wait_until(lambda: self.is_sent(reference), seconds)


@dataclass
class RelayProcess:
    """A relay that runs, and what it printed."""

    process: subprocess.Popen[bytes]
    log: Path
    status_file: Path

    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait(10) == -signal.SIGKILL

    def terminate(self) -> int:
        """Ask it to end; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@dataclass
class Relays:
    """Starts relays for one store, and ends them."""

    folder: Path
    url: str
    settings: dict[str, str] = field(default_factory=dict)
    started: list[RelayProcess] = field(default_factory=list)

    def start(self, settings: dict[str, str] | None = None, **pace: float) -> RelayProcess:
        number = len(self.started)
        clinic_file = self.folder / "clinic.yml"
        clinic_file.write_text(CLINIC_FILE, encoding="utf-8")
        log, status_file = self.folder / f"relay{number}.log", self.folder / f"relay{number}.json"
        outside = {k: v for k, v in os.environ.items() if not k.startswith("MESOBOT_")}
        environment = {
            **outside,
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "MESOBOT_REQUESTS_DB": self.url,
            **self.settings,
            **(settings or {}),
        }
        command = [sys.executable, "-W", "ignore", "-m", "tests.faults.relay_worker"]
        arguments = [str(clinic_file), str(status_file), json.dumps({**QUICK, **pace})]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, *arguments], cwd=paths.ROOT, env=environment, stdout=out, stderr=out
            )
        self.started.append(RelayProcess(process, log, status_file))
        return self.started[-1]

    def wait_until_ready(self) -> None:
        for relay in self.started:
            wait_until(relay.status_file.exists, 40)


def smtp_settings(port: int, security: str = "none", **more: str) -> dict[str, str]:
    """The environment of a relay that sends to that port."""
    return {
        "MESOBOT_SMTP_HOST": "127.0.0.1",
        "MESOBOT_SMTP_PORT": str(port),
        "MESOBOT_SMTP_SECURITY": security,
        "MESOBOT_MAIL_FROM": "assistant@clinic.com.tr",
        **more,
    }


@contextmanager
def relays(folder: Path, url: str, settings: dict[str, str]) -> Iterator[Relays]:
    """Relays that end with the test."""
    these = Relays(folder, url, settings)
    try:
        yield these
    finally:
        for relay in these.started:
            if relay.process.poll() is None:
                relay.process.kill()
                relay.process.wait(10)
