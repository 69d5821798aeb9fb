"""nginx with the configuration of production, on loopback, with a certificate of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.rehearsal.programs import program
from mesobot import paths
from mesobot.running import free_port

START = Path(__file__).parent.parent / "nginx" / "start.sh"
HOST = "localhost"
_DEMO = """
location /demo/ {{
    default_type text/html;
    types {{ text/html html; text/css css; text/javascript js; image/svg+xml svg; }}
    alias {folder}/;
    index index.html;
}}
"""


class Nginx:
    """The reverse proxy in front of Rasa processes.

    Attributes:
        https_port, http_port: on loopback.
        certificate: to be trusted by whoever connects.
    """

    def __init__(self, folder: Path, rasa_ports: Sequence[int]) -> None:
        """Nothing is started yet."""
        self.https_port, self.http_port = free_port(), free_port()
        self.certificate = folder / "certificate.pem"
        self._folder = folder
        self._rasa_ports = rasa_ports
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As a browser would write it."""
        return f"https://{HOST}:{self.https_port}"

    def start(self) -> None:
        """Write the configuration and start.

        Raises:
            MissingProgramError: if there is no nginx.
            RuntimeError: if nginx does not take the configuration, or does not start.
        """
        (self._folder / "site").mkdir(parents=True)
        demo = _DEMO.format(folder=paths.ROOT / "widget" / "demo")
        (self._folder / "site" / "demo.conf").write_text(demo)
        key = self._folder / "key.pem"
        make_certificate(self.certificate, key)
        environment = {
            **os.environ,
            "MESOBOT_NGINX": str(program("nginx")),
            # Workers of a master that is root would be somebody who may not enter the folder.
            "MESOBOT_NGINX_GLOBALS": "user root;" if os.getuid() == 0 else "",
            "MESOBOT_RUN": str(self._folder),
            "MESOBOT_CERTIFICATE": str(self.certificate),
            "MESOBOT_CERTIFICATE_KEY": str(key),
            "MESOBOT_HTTPS_LISTEN": f"127.0.0.1:{self.https_port}",
            "MESOBOT_HTTP_LISTEN": f"127.0.0.1:{self.http_port}",
            "MESOBOT_PUBLIC_HOST": HOST,
            "MESOBOT_UPSTREAM": upstream(f"127.0.0.1:{port}" for port in self._rasa_ports),
        }
        tried = subprocess.run(
            [START, "-t"], env=environment, capture_output=True, text=True, check=False
        )
        if tried.returncode != 0:
            raise RuntimeError(tried.stderr)
        self._process = subprocess.Popen(
            [START],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=(self._folder / "log").open("wb"),
        )
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.https_port), 1):
                return
            time.sleep(0.1)
        raise RuntimeError("nginx does not listen")

    def reload(self) -> None:
        """Read the configuration anew, as after a new certificate; connections stay."""
        if self._process:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=20)


def upstream(addresses: Iterable[str]) -> str:
    """The value of ``MESOBOT_UPSTREAM`` for processes at these addresses."""
    return " ".join(f"server {each} max_fails=0;" for each in addresses)


def make_certificate(certificate: Path, key: Path) -> None:
    """A certificate for ``localhost`` that nobody else has signed."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    key.chmod(0o600)
