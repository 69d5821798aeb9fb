"""The proxy lets the certificate authority look, without any other process."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from deploy.rehearsal.nginx import HOST, Nginx
from tests.programs import needed


def test_certbot_answers_through_the_proxy(tmp_path: Path) -> None:
    needed("nginx")
    proxy = Nginx(tmp_path, [1])
    proxy.start()
    try:
        folder = tmp_path / "acme" / ".well-known" / "acme-challenge"
        folder.mkdir(parents=True)
        (folder / "token").write_text("proof")
        address = f"http://{HOST}:{proxy.http_port}/.well-known/acme-challenge"
        with urllib.request.urlopen(f"{address}/token", timeout=10) as answer:
            assert answer.read() == b"proof"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}/another", timeout=10)
    finally:
        proxy.stop()
