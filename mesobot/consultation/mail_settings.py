"""How mail and WhatsApp notifications leave this machine, from the environment."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

CATCHER_PORT = 2525
DIGEST_VARIABLE = "MESOBOT_DIGEST_EMAIL"
_LARGEST_PORT = 65535
_NEEDS_HOST = ("PORT", "USER", "PASSWORD", "SECURITY", "CA_FILE")
_WHATSAPP = {
    "token": "MESOBOT_WHATSAPP_TOKEN",
    "phone_number_id": "MESOBOT_WHATSAPP_PHONE_NUMBER_ID",
    "staff": "MESOBOT_STAFF_WHATSAPP",
    "template": "MESOBOT_WHATSAPP_TEMPLATE",
}


class SettingsError(ValueError):
    """A setting is missing or wrong; the text names the variable and what to write."""


class Security(str, Enum):
    """How a connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True)
class MailSettings:
    """A mail server.

    Attributes:
        sender: address that mails come from, perhaps with a name.
        ca_file: certificates to trust instead of the system's, or None.
        caught: no server is configured; mails go to the catcher of this machine, to nobody else.
    """

    host: str
    port: int
    security: Security
    sender: Address
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    caught: bool = False


@dataclass(frozen=True)
class WhatsAppSettings:
    """Where template messages to the clinic's staff go.

    Attributes:
        staff: digits of the staff's number.
    """

    url: str
    version: str
    phone_number_id: str
    token: str = field(repr=False)
    staff: str
    template: str
    language: str


def catcher_port(environment: Mapping[str, str]) -> int:
    """Port of the mail catcher on loopback (``MESOBOT_CATCHER_PORT``).

    Raises:
        SettingsError: if it is no port.
    """
    return _port(environment, "MESOBOT_CATCHER_PORT", CATCHER_PORT)


def read_mail_settings(environment: Mapping[str, str]) -> MailSettings:
    """The mail server of ``MESOBOT_SMTP_…``, or the catcher of this machine when there is none.

    Raises:
        SettingsError: if a setting is missing or wrong.
    """
    host = _text(environment, "MESOBOT_SMTP_HOST")
    if host is None:
        stray = [
            f"MESOBOT_SMTP_{end}"
            for end in _NEEDS_HOST
            if _text(environment, f"MESOBOT_SMTP_{end}")
        ]
        if stray:
            raise SettingsError(f"{', '.join(stray)} without MESOBOT_SMTP_HOST: name the server")
        return MailSettings(
            host="127.0.0.1",
            port=catcher_port(environment),
            security=Security.NONE,
            sender=_sender(environment, "assistant@localhost"),
            caught=True,
        )
    security = _security(environment, host)
    user, password = (_text(environment, f"MESOBOT_SMTP_{end}") for end in ("USER", "PASSWORD"))
    if (user is None) != (password is None):
        raise SettingsError("MESOBOT_SMTP_USER and MESOBOT_SMTP_PASSWORD: give both or neither")
    return MailSettings(
        host=host,
        port=_port(environment, "MESOBOT_SMTP_PORT", _PORTS[security]),
        security=security,
        sender=_sender(environment, None),
        user=user,
        password=password,
        ca_file=_certificates(environment),
    )


def read_whatsapp_settings(environment: Mapping[str, str]) -> WhatsAppSettings | None:
    """Settings of the staff notification by WhatsApp, or None when nothing of it is set.

    Raises:
        SettingsError: if only part of it is set, or something is wrong.
    """
    found = {name: _text(environment, variable) for name, variable in _WHATSAPP.items()}
    given = {name: value for name, value in found.items() if value is not None}
    if not given:
        return None
    missing = [_WHATSAPP[name] for name in _WHATSAPP if name not in given]
    if missing:
        raise SettingsError(f"WhatsApp notifications also need {', '.join(missing)}")
    staff = re.sub(r"[\s()+-]", "", given["staff"])
    if not re.fullmatch(r"[1-9]\d{7,14}", staff):
        raise SettingsError("MESOBOT_STAFF_WHATSAPP must be an international number")
    url = _text(environment, "MESOBOT_GRAPH_URL") or "https://graph.facebook.com"
    parts = urlsplit(url)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    ):
        raise SettingsError("MESOBOT_GRAPH_URL must start with https://")
    return WhatsAppSettings(
        url=url.rstrip("/"),
        version=_text(environment, "MESOBOT_GRAPH_VERSION") or "v23.0",
        phone_number_id=given["phone_number_id"],
        token=given["token"],
        staff=staff,
        template=given["template"],
        language=_text(environment, "MESOBOT_WHATSAPP_LANGUAGE") or "en",
    )


def read_digest_address(environment: Mapping[str, str]) -> str | None:
    """Who gets the weekly digest (``MESOBOT_DIGEST_EMAIL``), or None if nobody does.

    Raises:
        SettingsError: if it is no single address that every mail server understands.
    """
    text = _text(environment, DIGEST_VARIABLE)
    if text is None:
        return None
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        address = Address()
    if not (address.username and address.domain and text.isascii() and text.isprintable()):
        raise SettingsError(f"{DIGEST_VARIABLE} must be one e-mail address: staff@clinic.com")
    return address.addr_spec


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, so that nobody else reads what goes there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _text(environment: Mapping[str, str], variable: str) -> str | None:
    return environment.get(variable, "").strip() or None


def _port(environment: Mapping[str, str], variable: str, usual: int) -> int:
    text = _text(environment, variable) or str(usual)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _LARGEST_PORT):
        raise SettingsError(f"{variable} must be a number from 1 to {_LARGEST_PORT}")
    return int(text)


def _security(environment: Mapping[str, str], host: str) -> Security:
    try:
        security = Security(_text(environment, "MESOBOT_SMTP_SECURITY") or Security.STARTTLS)
    except ValueError:
        raise SettingsError("MESOBOT_SMTP_SECURITY must be starttls, tls or none") from None
    if security is Security.NONE and not is_loopback(host):
        raise SettingsError(
            "MESOBOT_SMTP_SECURITY=none is only for a server on this machine; use starttls or tls"
        )
    return security


def _certificates(environment: Mapping[str, str]) -> Path | None:
    file = _text(environment, "MESOBOT_SMTP_CA_FILE")
    if file is None:
        return None
    try:
        ssl.create_default_context(cafile=file)
    except OSError:  # not there, not readable, or no certificates in it
        raise SettingsError("MESOBOT_SMTP_CA_FILE must be a file with certificates (PEM)") from None
    return Path(file)


def _sender(environment: Mapping[str, str], usual: str | None) -> Address:
    variable = "MESOBOT_MAIL_FROM"
    text = _text(environment, variable) or usual or ""
    name, address = parseaddr(text)
    try:
        sender = Address(display_name=name, addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        sender = Address()
    if not (sender.username and sender.domain and text.isprintable()):
        raise SettingsError(
            f"{variable} must be the address mails come from: Clinic <assistant@clinic.com>"
        )
    if not sender.addr_spec.isascii():
        raise SettingsError(f"{variable}: write the address itself without special letters")
    return sender
