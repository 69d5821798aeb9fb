"""HTTP beside the socket: health, public facts, the widget's files, demo pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw, redirect, text

from mesobot import paths
from mesobot.channels.web.configuration import LONGEST_ADVISED, WebSettings, loopback_origins
from mesobot.channels.web.files import BRIEFLY, IMMUTABLE, File, Folder, answer
from mesobot.channels.web.server import PROTOCOL, Gate
from mesobot.knowledge.clinic import Clinic

WIDGET = paths.ROOT / "widget"
LAUNCHER = "mesobot.js"
_NOT_BUILT = "The chat widget is not there: widget/dist/mesobot.js is missing."
_log = structlog.get_logger()

LOCKED = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
"""For what is no page."""


def public_facts(clinic: Clinic, privacy_link: str | None) -> dict[str, Any]:
    """What the widget shows before anything was said."""
    return {
        "protocol": PROTOCOL,
        "emergency_number": clinic.emergency_number,
        "whatsapp_link": clinic.whatsapp_link,
        "whatsapp_number": clinic.whatsapp,
        "email": clinic.email,
        "privacy_link": privacy_link,
        "longest_message": LONGEST_ADVISED,
    }


def add_widget(routes: Blueprint, clinic: Clinic, settings: WebSettings, gate: Gate) -> None:
    """Health, public facts and the bundle, for pages of allowed origins."""
    launcher, assets = Folder(WIDGET / "dist"), Folder(WIDGET / "dist" / "assets")
    facts = public_facts(clinic, settings.privacy_link)
    release = paths.ROOT.resolve().name  # the link may name another one later
    if launcher.find(LAUNCHER) is None:
        _log.warning("web.widget_missing", problem=_NOT_BUILT)

    def headers(request: Request) -> dict[str, str]:
        return {
            **LOCKED,
            **gate.cross_origin_headers(request),
            "Cross-Origin-Resource-Policy": "cross-origin",
        }

    @routes.get("/")
    async def health(request: Request) -> HTTPResponse:
        return json({"status": "ok"})

    @routes.get("/health")
    async def readiness(request: Request) -> HTTPResponse:
        """For whoever starts this server: Rasa also serves when it could not load its model."""
        agent = getattr(request.app.ctx, "agent", None)
        ready = agent is not None and agent.is_ready()
        content = {"status": "ok" if ready else "no model", "release": release}
        return json(content, status=200 if ready else 503)

    @routes.get("/config")
    async def config(request: Request) -> HTTPResponse:
        return json(facts, headers={**headers(request), "Cache-Control": BRIEFLY})

    @routes.get(f"/{LAUNCHER}")
    async def script(request: Request) -> HTTPResponse:
        file = launcher.find(LAUNCHER)
        return _send(file, _NOT_BUILT, request, BRIEFLY, headers(request))

    @routes.get("/assets/<name:str>")
    async def asset(request: Request, name: str) -> HTTPResponse:
        missing = "There is no such file."
        return _send(assets.find(name), missing, request, IMMUTABLE, headers(request))


def demo_pages(settings: WebSettings, folder: Path = WIDGET / "demo") -> Blueprint:
    """The demo site, with a policy as strict as a careful site owner's."""
    pages = Blueprint("mesobot_demo", url_prefix="/demo")
    files = Folder(folder)
    headers = {
        "Content-Security-Policy": demo_policy("'self'", settings.port),
        "Referrer-Policy": "no-referrer",
    }

    @pages.get("/")
    async def front(request: Request) -> HTTPResponse:
        if not request.path.endswith("/"):  # addresses in the page are relative to the folder
            return redirect("/demo/")
        return send("index.html", request)

    @pages.get("/<name:path>")
    async def page(request: Request, name: str) -> HTTPResponse:
        return send(name, request)

    def send(name: str, request: Request) -> HTTPResponse:
        # The pages of the foreign origin are served there: mesobot/channels/web/foreign_site.py
        file = None if name.startswith("foreign/") else files.find(name or "index.html")
        return _send(file, "There is no such demo page.", request, "no-cache", headers)

    return pages


def demo_policy(scripts: str, port: int) -> str:
    """Content security policy of a demo page.

    Args:
        scripts: the origin that serves the widget.
        port: of the assistant, for its websocket.
    """
    sockets = [origin.replace("http", "ws", 1) for origin in loopback_origins(port)]
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            f"connect-src {' '.join(dict.fromkeys([scripts, *sockets]))}",
            "style-src 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _send(
    file: File | None, missing: str, request: Request, caching: str, headers: dict[str, str]
) -> HTTPResponse:
    if file is None:
        return text(missing, status=404, headers={**LOCKED, "Cache-Control": "no-store"})
    asked = {key.lower(): value for key, value in request.headers.items()}
    ready = answer(file, asked, caching, headers)
    kind = ready.headers.pop("Content-Type")
    return raw(ready.body, status=ready.status, headers=ready.headers, content_type=kind)
