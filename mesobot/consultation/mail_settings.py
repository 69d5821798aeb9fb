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
from pathlib import Path

from mesobot.consultation.environment import SettingsError, is_loopback, text_of
from mesobot.consultation.graph_account import (
    PHONE_NUMBER_ID,
    TOKEN,
    GraphAccount,
    read_account,
)

CATCHER_PORT = 2525
DIGEST_VARIABLE = "MESOBOT_DIGEST_EMAIL"
_LARGEST_PORT = 65535
_NEEDS_HOST = ("PORT", "USER", "PASSWORD", "SECURITY", "CA_FILE")
_STAFF, _TEMPLATE = "MESOBOT_STAFF_WHATSAPP", "MESOBOT_WHATSAPP_TEMPLATE"
CHAT_SECRETS = ("MESOBOT_WHATSAPP_APP_SECRET", "MESOBOT_WHATSAPP_VERIFY_TOKEN")
"""Each of them says that patients may chat on WhatsApp, whether staff are told there or not."""


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
        account: of the clinic.
        staff: digits of the staff's number.
    """

    account: GraphAccount
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
    host = text_of(environment, "MESOBOT_SMTP_HOST")
    if host is None:
        stray = [
            f"MESOBOT_SMTP_{end}"
            for end in _NEEDS_HOST
            if text_of(environment, f"MESOBOT_SMTP_{end}")
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
    user, password = (text_of(environment, f"MESOBOT_SMTP_{end}") for end in ("USER", "PASSWORD"))
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
    chats = any(text_of(environment, secret) for secret in CHAT_SECRETS)
    account = () if chats else (TOKEN, PHONE_NUMBER_ID)
    if not any(text_of(environment, variable) for variable in (*account, _STAFF, _TEMPLATE)):
        return None
    needed = (TOKEN, PHONE_NUMBER_ID, _STAFF, _TEMPLATE)
    missing = [variable for variable in needed if text_of(environment, variable) is None]
    if missing:
        raise SettingsError(f"WhatsApp notifications also need {', '.join(missing)}")
    staff = re.sub(r"[\s()+-]", "", environment[_STAFF])
    if not re.fullmatch(r"[1-9]\d{7,14}", staff):
        raise SettingsError(f"{_STAFF} must be an international number")
    return WhatsAppSettings(
        account=read_account(environment),
        staff=staff,
        template=environment[_TEMPLATE].strip(),
        language=text_of(environment, "MESOBOT_WHATSAPP_LANGUAGE") or "en",
    )


def read_digest_address(environment: Mapping[str, str]) -> str | None:
    """Who gets the weekly digest (``MESOBOT_DIGEST_EMAIL``), or None if nobody does.

    Raises:
        SettingsError: if it is no single address that every mail server understands.
    """
    text = text_of(environment, DIGEST_VARIABLE)
    if text is None:
        return None
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        address = Address()
    if not (address.username and address.domain and text.isascii() and text.isprintable()):
        raise SettingsError(f"{DIGEST_VARIABLE} must be one e-mail address: staff@clinic.com")
    return address.addr_spec


def _port(environment: Mapping[str, str], variable: str, usual: int) -> int:
    text = text_of(environment, variable) or str(usual)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _LARGEST_PORT):
        raise SettingsError(f"{variable} must be a number from 1 to {_LARGEST_PORT}")
    return int(text)


def _security(environment: Mapping[str, str], host: str) -> Security:
    try:
        security = Security(text_of(environment, "MESOBOT_SMTP_SECURITY") or Security.STARTTLS)
    except ValueError:
        raise SettingsError("MESOBOT_SMTP_SECURITY must be starttls, tls or none") from None
    if security is Security.NONE and not is_loopback(host):
        raise SettingsError(
            "MESOBOT_SMTP_SECURITY=none is only for a server on this machine; use starttls or tls"
        )
    return security


def _certificates(environment: Mapping[str, str]) -> Path | None:
    file = text_of(environment, "MESOBOT_SMTP_CA_FILE")
    if file is None:
        return None
    try:
        ssl.create_default_context(cafile=file)
    except OSError:  # not there, not readable, or no certificates in it
        raise SettingsError("MESOBOT_SMTP_CA_FILE must be a file with certificates (PEM)") from None
    return Path(file)


def _sender(environment: Mapping[str, str], usual: str | None) -> Address:
    variable = "MESOBOT_MAIL_FROM"
    text = text_of(environment, variable) or usual or ""
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
