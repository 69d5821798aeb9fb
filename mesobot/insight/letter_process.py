"""Writes the mail of one weekly digest to standard output, for the relay.

``python -m mesobot.launch mesobot.insight.letter_process WEEK MESSAGE_ID``
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import structlog

from mesobot import paths
from mesobot.consultation.clock import utc_now
from mesobot.consultation.delivery.problems import DeliveryProblem
from mesobot.consultation.mail_settings import read_digest_address, read_mail_settings
from mesobot.consultation.transactions import DatabaseUnavailableError
from mesobot.insight.installation import open_sources
from mesobot.insight.letter import FEWEST_IN_MAILS, digest_letter
from mesobot.insight.period import read_week
from mesobot.knowledge.zone import clinic_zone

_UNUSABLE, _UNAVAILABLE = 2, 3
_log = structlog.get_logger()


def write_letter(week: str, message_id: str, environment: Mapping[str, str]) -> bytes:
    """The mail as it is to be sent.

    Raises:
        ValueError: if a setting, the week or the clinic's content cannot be used.
        DatabaseUnavailableError: if a database fails.
        DeliveryProblem: if something cannot stand in a header.
    """
    to, mail = read_digest_address(environment), read_mail_settings(environment)
    if to is None:
        raise ValueError("nobody gets the digest")
    now = utc_now()
    period = read_week(week, clinic_zone(paths.CLINIC / "clinic.yml"))
    digest = open_sources(environment).digest(period, now, FEWEST_IN_MAILS)
    letter = digest_letter(digest, message_id=message_id, sender=mail.sender, to=to, now=now)
    return letter.as_bytes()


def main() -> int:
    """Write it; the exit status says whether that worked, the log why not."""
    _, week, message_id = sys.argv
    # Standard output is the letter's: what is logged goes the other way.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        letter = write_letter(week, message_id, os.environ)
    except (DatabaseUnavailableError, DeliveryProblem) as error:
        _log.error("digest not written", problem=str(error))
        return _UNAVAILABLE
    except ValueError as error:  # settings and content: each says what to correct
        _log.error("digest not written", problem=str(error))
        return _UNUSABLE
    sys.stdout.buffer.write(letter)
    return 0


if __name__ == "__main__":
    sys.exit(main())
