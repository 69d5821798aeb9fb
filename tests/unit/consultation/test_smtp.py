"""What a server's refusal means; real conversations with servers are in tests/faults."""

import ssl

import aiosmtplib
import pytest

from mesobot.consultation.delivery.problems import (
    ConfigurationProblem,
    DeliveryProblem,
    PermanentProblem,
    TemporaryProblem,
)
from mesobot.consultation.delivery.smtp import problem_of

REPLY = "no mailbox for <ayse@patient.com>"


def recipient(code: int) -> Exception:
    return aiosmtplib.SMTPRecipientRefused(code, REPLY, "ayse@patient.com")


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (recipient(451), TemporaryProblem, "451 at RCPT"),
        (recipient(550), PermanentProblem, "550 at RCPT"),
        (recipient(530), ConfigurationProblem, "530 at RCPT"),
        (aiosmtplib.SMTPDataError(421, REPLY), TemporaryProblem, "421 at DATA"),
        (aiosmtplib.SMTPDataError(554, REPLY), PermanentProblem, "554 at DATA"),
        (aiosmtplib.SMTPSenderRefused(450, REPLY, "a@b.com"), TemporaryProblem, "450 at MAIL"),
        (aiosmtplib.SMTPSenderRefused(553, REPLY, "a@b.com"), ConfigurationProblem, "553 at MAIL"),
        (aiosmtplib.SMTPAuthenticationError(535, REPLY), ConfigurationProblem, "535 at login"),
        (aiosmtplib.SMTPAuthenticationError(504, REPLY), ConfigurationProblem, "504 at login"),
        (aiosmtplib.SMTPAuthenticationError(454, REPLY), TemporaryProblem, "454 at login"),
        (aiosmtplib.SMTPConnectResponseError(554, REPLY), ConfigurationProblem, "554 at greeting"),
        (aiosmtplib.SMTPConnectResponseError(421, REPLY), TemporaryProblem, "421 at greeting"),
        (aiosmtplib.SMTPHeloError(550, REPLY), ConfigurationProblem, "550 at EHLO"),
        (aiosmtplib.SMTPResponseException(-1, REPLY), TemporaryProblem, "-1 unexpected"),
        (aiosmtplib.SMTPReadTimeoutError(REPLY), TemporaryProblem, "no answer in time"),
        (aiosmtplib.SMTPConnectError(REPLY), TemporaryProblem, "no connection"),
        (aiosmtplib.SMTPServerDisconnected(REPLY), TemporaryProblem, "connection lost"),
        (ConnectionResetError(REPLY), TemporaryProblem, "connection lost"),
        (ssl.SSLCertVerificationError(REPLY), ConfigurationProblem, "certificate not trusted"),
        (
            caused_by(aiosmtplib.SMTPConnectError(REPLY), ssl.SSLCertVerificationError(REPLY)),
            ConfigurationProblem,
            "certificate not trusted",
        ),
        (
            caused_by(aiosmtplib.SMTPConnectError(REPLY), ssl.SSLError(REPLY)),
            ConfigurationProblem,
            "no TLS on this port",
        ),
        (
            caused_by(aiosmtplib.SMTPConnectError(REPLY), ssl.SSLEOFError(REPLY)),
            TemporaryProblem,
            "no connection",
        ),
    ],
)
def test_a_refusal_means(error: Exception, kind: type[DeliveryProblem], text: str) -> None:
    problem = problem_of(error)
    assert type(problem) is kind
    assert str(problem) == text, "nothing of the server's words"
