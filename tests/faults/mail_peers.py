"""A mail server that misbehaves as told, a wiretap, and certificates, all on loopback."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mesobot.running import free_port

_SLOW = {"hang": 60, "late": 3, "slow": 1}


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


def smtp_settings(port: int, security: str = "none", **more: str) -> dict[str, str]:
    """The environment of a relay that sends to that port."""
    return {
        "MESOBOT_SMTP_HOST": "127.0.0.1",
        "MESOBOT_SMTP_PORT": str(port),
        "MESOBOT_SMTP_SECURITY": security,
        "MESOBOT_MAIL_FROM": "assistant@clinic.com.tr",
        **more,
    }
