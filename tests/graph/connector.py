"""Something that takes webhooks, in the place of the assistant."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.graph.settings import TEST


class Connector:
    """Listens for webhooks; the first are answered with the statuses of ``script``.

    Attributes:
        heard: signature and body of each.
    """

    def __init__(self) -> None:
        self.script: list[int] = []
        self.heard: list[tuple[str, bytes]] = []
        connector = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                is_known = asked["hub.verify_token"] == [TEST["MESOBOT_WHATSAPP_VERIFY_TOKEN"]]
                self._answer(200 if is_known else 403, asked["hub.challenge"][0].encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                connector.heard.append((self.headers["X-Hub-Signature-256"], body))
                self._answer(connector.script.pop(0) if connector.script else 200, b"")

            def _answer(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks/whatsapp/webhook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def statuses(self) -> list[dict[str, Any]]:
        """Delivery statuses that were told, in the order in which they came."""
        values = [json.loads(body)["entry"][0]["changes"][0]["value"] for _, body in self.heard]
        return [each for value in values for each in value.get("statuses", [])]

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.socket.close()
