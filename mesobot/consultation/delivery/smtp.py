"""Sends one mail by SMTP, and says of each failure whether trying again makes sense."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY

import aiosmtplib

from mesobot.consultation.delivery.problems import (
    ConfigurationProblem,
    DeliveryProblem,
    PermanentProblem,
    TemporaryProblem,
)
from mesobot.consultation.mail_settings import MailSettings, Security
from mesobot.consultation.outbox import Delivery

_STEP_SECONDS = 20.0
_QUIT_SECONDS = 1.0
_PERMANENT = 500
# Log in first, weak mechanism, wrong credentials, encryption needed: no mail is at fault.
_ACCESS_CODES = frozenset({530, 534, 535, 538})


class SmtpSender:
    """Delivers what ``write`` makes of a delivery.

    Args:
        settings: the server.
        write: makes the mail; it may raise a DeliveryProblem.
        step_seconds: how long the server may take for each answer.
    """

    def __init__(
        self,
        settings: MailSettings,
        write: Callable[[Delivery], EmailMessage],
        step_seconds: float = _STEP_SECONDS,
    ) -> None:
        self._server = MailServer(settings, step_seconds)
        self._write = write

    async def deliver(self, delivery: Delivery) -> None:
        """Hand the mail to the server; it is accepted when this returns.

        Raises:
            DeliveryProblem: if it was not accepted, or if that is not known.
        """
        await self._server.send(self._write(delivery))


class MailServer:
    """Takes mails, one connection for each.

    Args:
        settings: where it is and who logs in.
        step_seconds: how long it may take for each answer.
    """

    def __init__(self, settings: MailSettings, step_seconds: float = _STEP_SECONDS) -> None:
        self._settings = settings
        self._step_seconds = step_seconds
        self._tls = ssl.create_default_context(cafile=settings.ca_file)

    async def send(self, message: EmailMessage) -> None:
        """Hand a mail over; it is accepted when this returns.

        Raises:
            DeliveryProblem: if it was not accepted, or if that is not known.
        """
        try:
            recipient = message["To"].addresses[0].addr_spec
            content = message.as_bytes(policy=SMTP_POLICY)
        except (ValueError, IndexError):
            raise PermanentProblem("not usable in a header") from None
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security is Security.TLS,
            start_tls=False,  # done below, where its absence is told apart from other errors
            tls_context=self._tls,
            timeout=self._step_seconds,
            local_hostname=settings.sender.domain,
        )
        try:
            await self._open(client)
            await client.mail(settings.sender.addr_spec)
            await client.rcpt(recipient)
            await client.data(content)
            # Accepted. How the farewell goes changes nothing, so nobody waits long for it.
            with suppress(aiosmtplib.SMTPException, OSError, asyncio.TimeoutError):
                await client.quit(timeout=_QUIT_SECONDS)
        except (aiosmtplib.SMTPException, OSError, asyncio.TimeoutError) as error:
            raise problem_of(error) from None
        finally:
            client.close()

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        """Connect, encrypt and log in, in this order: no credentials before encryption."""
        settings = self._settings
        await client.connect()
        await client.ehlo()
        if settings.security is Security.STARTTLS:
            if not client.supports_extension("starttls"):
                raise ConfigurationProblem("no STARTTLS")
            await client.starttls(server_hostname=settings.host)
            await client.ehlo()
        if settings.user is not None and settings.password is not None:
            await _log_in(client, settings.user, settings.password)


async def _log_in(client: aiosmtplib.SMTP, user: str, password: str) -> None:
    """By one mechanism only: servers answer wrong passwords late, and lock after a few."""
    offered = client.supported_auth_methods
    if "plain" in offered:
        await client.auth_plain(user, password)
    elif "login" in offered:
        await client.auth_login(user, password)
    elif "cram-md5" in offered:
        await client.auth_crammd5(user, password)
    else:
        raise ConfigurationProblem("no login offered")


def problem_of(error: Exception) -> DeliveryProblem:
    """What an error of the connection or the server's answer means for the mail.

    Refusals of the greeting, of the login or of our own address have nothing to do with this
    mail: giving it up would lose a request because of a setting.
    """
    tls = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(tls, ssl.SSLCertVerificationError):
        return ConfigurationProblem("certificate not trusted")
    if isinstance(tls, ssl.SSLError) and not isinstance(tls, ssl.SSLEOFError):
        return ConfigurationProblem("no TLS on this port")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _refusal(error)
    if isinstance(error, (aiosmtplib.SMTPTimeoutError, asyncio.TimeoutError)):
        return TemporaryProblem("no answer in time")
    if isinstance(error, aiosmtplib.SMTPConnectError):
        return TemporaryProblem("no connection")
    return TemporaryProblem("connection lost")


def _refusal(error: aiosmtplib.SMTPResponseException) -> DeliveryProblem:
    step, ours = _STEPS.get(type(error), ("", False))
    text = f"{error.code} {step}".strip()
    if not _PERMANENT <= error.code < _PERMANENT + 100:
        return TemporaryProblem(text)
    if ours or error.code in _ACCESS_CODES:
        return ConfigurationProblem(text)
    return PermanentProblem(text)


# Where the server refused, and whether that concerns us rather than this mail.
_STEPS: dict[type[aiosmtplib.SMTPResponseException], tuple[str, bool]] = {
    aiosmtplib.SMTPConnectResponseError: ("at greeting", True),
    aiosmtplib.SMTPHeloError: ("at EHLO", True),
    aiosmtplib.SMTPAuthenticationError: ("at login", True),
    aiosmtplib.SMTPSenderRefused: ("at MAIL", True),
    aiosmtplib.SMTPRecipientRefused: ("at RCPT", False),
    aiosmtplib.SMTPDataError: ("at DATA", False),
    aiosmtplib.SMTPResponseException: ("unexpected", True),
}
