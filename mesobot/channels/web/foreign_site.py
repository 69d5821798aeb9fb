"""A second, tiny web server: the demo page of a site that is not the assistant's own origin.

Another port is another origin to a browser. ``make run`` starts it; it serves files only.
"""

from __future__ import annotations

import os
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mesobot import settings
from mesobot.channels.web.configuration import loopback_origins
from mesobot.channels.web.files import Folder, answer
from mesobot.channels.web.pages import WIDGET, demo_policy

PLACEHOLDER = b"__ASSISTANT__"
"""Stands in the pages for the assistant's address."""
_MISSING = b"The demo page of another site is not there: widget/demo/foreign is missing."


class ForeignSite(BaseHTTPRequestHandler):
    """Serves ``widget/demo/foreign/index.html``, and what it shares with the other demo pages."""

    def __init__(self, folder: Folder, port: int, *connection: object) -> None:
        """Answer one connection; ``port`` is the assistant's."""
        self._folder = folder
        self._port = port
        super().__init__(*connection)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file."""
        name = self.path.partition("?")[0].removeprefix("/") or "foreign/index.html"
        file = self._folder.find(name)
        assistant = loopback_origins(self._port)[0]
        policy = {"Content-Security-Policy": demo_policy(assistant, self._port)}
        if file is None:
            status, body, headers = 404, _MISSING, {"Content-Type": "text/plain", **policy}
        else:
            ready = answer(file, {}, "no-cache", policy)
            status, headers = ready.status, ready.headers
            body = ready.body.replace(PLACEHOLDER, assistant.encode())
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the terminal belongs to the assistant."""


def main() -> None:
    """Serve until Ctrl-C."""
    handler = partial(ForeignSite, Folder(WIDGET / "demo"), settings.port())
    address = ("127.0.0.1", settings.demo_port(os.environ))
    with ThreadingHTTPServer(address, handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
