"""Settings of the web channel, from the environment. All of them: docs/web-channel.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mesobot import settings
from mesobot.channels.limits import Pace
from mesobot.channels.web.origins import Origins, read_origins
from mesobot.channels.web.secret import signing_keys
from mesobot.channels.web.settings_error import WebSettingsError
from mesobot.channels.web.tokens import LIFETIME

PREFIX = "MESOBOT_WEB_"
LONGEST_ADVISED = 1000
"""Characters that the assistant reads (``longest`` in config.yml); the widget counts up to here."""
LONGEST_ACCEPTED = 4000
"""Longer messages are refused. In between the assistant itself says that it is too long, and
still hears an emergency in it."""
LARGEST_PACKET = 16 * 1024
"""Bytes of one packet from a browser."""
HISTORY = 200
"""Messages that are shown again after a reload."""


@dataclass(frozen=True)
class WebSettings:
    """How this installation's web channel behaves.

    Attributes:
        keys: sign session tokens; the first one is in use.
        lifetime: seconds after its last renewal for which a session can be come back to.
        origins: whose pages may use the chat.
        session_pace: messages in one session.
        address_pace: messages from one address.
        connections: at once from one address.
        proxies: of our own, in front of this server.
        privacy_link: the clinic's privacy policy, or None.
        demo_port: where the page of a foreign origin is served, or None without demo pages.
        port: of this server.
    """

    keys: tuple[bytes, ...]
    lifetime: int
    origins: Origins
    session_pace: Pace
    address_pace: Pace
    connections: int
    proxies: int
    privacy_link: str | None
    demo_port: int | None
    port: int


def read_settings(environment: Mapping[str, str], state: Path) -> WebSettings:
    """The settings, with embedded defaults.

    Raises:
        WebSettingsError: if one cannot be used, in a sentence.
    """
    demo_port = settings.demo_port(environment) if settings.has_demo(environment) else None
    listed = listed_origins(environment) + (loopback_origins(demo_port) if demo_port else [])
    session_pace, address_pace = read_paces(environment)
    return WebSettings(
        keys=signing_keys(environment, state),
        lifetime=read_lifetime(environment),
        origins=read_origins(listed),
        session_pace=session_pace,
        address_pace=address_pace,
        connections=read_connections(environment),
        proxies=read_proxies(environment),
        privacy_link=read_privacy_link(environment),
        demo_port=demo_port,
        port=settings.port(),
    )


def read_lifetime(environment: Mapping[str, str]) -> int:
    """Seconds after its last renewal for which a session can be come back to.

    Raises:
        WebSettingsError: if the setting is no number.
    """
    return _number(environment, "SESSION_SECONDS", LIFETIME)


def listed_origins(environment: Mapping[str, str]) -> list[str]:
    """What the site's owner wrote into ``MESOBOT_WEB_ORIGINS``, one text an origin."""
    texts = environment.get(f"{PREFIX}ORIGINS", "").split(",")
    return [text.strip() for text in texts if text.strip()]


def read_paces(environment: Mapping[str, str]) -> tuple[Pace, Pace]:
    """How fast one session, and one address with all its sessions, may send messages.

    Raises:
        WebSettingsError: if one of the four settings is no number.
    """
    session = Pace(_number(environment, "MESSAGES_A_MINUTE", 20), _number(environment, "BURST", 5))
    address = Pace(
        _number(environment, "ADDRESS_MESSAGES_A_MINUTE", 120),
        _number(environment, "ADDRESS_BURST", 40),
    )
    return session, address


def read_connections(environment: Mapping[str, str]) -> int:
    """How many connections one address may have at once.

    Raises:
        WebSettingsError: if the setting is no number.
    """
    return _number(environment, "ADDRESS_CONNECTIONS", 20)


def read_proxies(environment: Mapping[str, str]) -> int:
    """How many proxies of ours a request comes through.

    Raises:
        WebSettingsError: if the setting is no number.
    """
    return _number(environment, "PROXIES", 0, least=0)


def read_privacy_link(environment: Mapping[str, str]) -> str | None:
    """The clinic's privacy policy, or None.

    Raises:
        WebSettingsError: if it is no address of a page.
    """
    text = environment.get(f"{PREFIX}PRIVACY_LINK", "").strip()
    if text and not text.startswith("https://"):
        raise WebSettingsError(f"{PREFIX}PRIVACY_LINK must begin with https://")
    return text or None


def loopback_origins(port: int) -> list[str]:
    """The origins of a server on this machine, by both of its usual names."""
    return [f"http://127.0.0.1:{port}", f"http://localhost:{port}"]


def _number(environment: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    text = environment.get(PREFIX + name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < least:
        raise WebSettingsError(f"{PREFIX}{name} must be a whole number, {least} or more.")
    return int(text)
