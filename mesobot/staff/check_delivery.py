"""`mesobot doctor`: whether somebody at the clinic hears of a request."""

from __future__ import annotations

from datetime import datetime, timedelta

from mesobot.consultation.delivery.messages import ascii_address
from mesobot.consultation.environment import SettingsError
from mesobot.consultation.mail_settings import (
    DIGEST_VARIABLE,
    read_digest_address,
    read_mail_settings,
    read_whatsapp_settings,
)
from mesobot.consultation.relay_process import STATUS_FILE
from mesobot.consultation.relay_watch import RelayStatus, read_status
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

STALE_AFTER = timedelta(minutes=2)
"""A relay that has not been seen for that long does not run."""

_START = "`make run` starts it (look at its log if it runs already)."


def check_mail(here: Installation) -> Finding:
    """Whether mails leave this machine."""
    try:
        mail = read_mail_settings(here.environment)
    except SettingsError as error:
        return fails("mail server", f"{error}.", "Correct the setting: the relay does not start.")
    if mail.caught:
        return note(
            "mail server",
            f"None is set: mails are kept in {here.state / 'mail'}, nobody receives them.",
            "Set MESOBOT_SMTP_HOST and MESOBOT_MAIL_FROM.",
        )
    login = "with a login" if mail.user else "without a login"
    sentence = f"Set ({mail.security.value}, {login}). Whether it takes mails, the first one shows."
    return fine("mail server", sentence)


def check_inbox(here: Installation) -> Finding:
    """Whether requests reach somebody at the clinic."""
    topic = "clinic's e-mail"
    clinic = here.known_clinic()
    if clinic is None:
        return note(topic, "Not known while clinic.yml cannot be used.")
    step = "Set MESOBOT_CLINIC_EMAIL, or 'contact.email' in clinic.yml."
    if clinic.email is None:
        if here.mails_are_caught() is False:
            return fails(topic, "Not set: nobody at the clinic gets a mail.", step)
        return note(topic, "Not set.", step)
    if ascii_address(clinic.email) is None:
        sentence = "Mail cannot be sent to it as it is written; the relay does not start."
        return fails(topic, sentence, step)
    return fine(topic, "Set.")


def check_whatsapp_template(here: Installation) -> Finding:
    """Whether staff are told by WhatsApp, too."""
    topic = "WhatsApp to staff"
    try:
        whatsapp = read_whatsapp_settings(here.environment)
    except SettingsError as error:
        return fails(topic, f"{error}.", "Correct the settings: the relay does not start.")
    if whatsapp is None:
        return fine(topic, "Not used; staff are told by e-mail only.")
    return fine(topic, "Set. Whether the template is approved, the first message shows.")


def check_digest(here: Installation) -> Finding:
    """Whether somebody gets the weekly digest."""
    topic = "weekly digest"
    try:
        address = read_digest_address(here.environment)
    except SettingsError as error:
        return fails(topic, f"{error}.", "Correct the setting: the relay does not start.")
    if address is None:
        return fine(topic, f"Sent to nobody ({DIGEST_VARIABLE}); `mesobot digest` makes it.")
    return fine(topic, "Sent on Mondays.")


def check_relay(here: Installation) -> Finding:
    """Whether the process that delivers is running, with these settings."""
    status = read_status(here.state / STATUS_FILE.name)
    if status is None:
        return note("relay", "It has not run here yet.", _START)
    seen = _moment(status)
    if seen is None:
        return fails("relay", "Its status file cannot be read.", _START)
    age = here.now - seen
    if age > STALE_AFTER:
        sentence = f"It does not run: last seen {in_words(age)} ago."
        return (fails if status.waiting else note)("relay", sentence, _START)
    if -age > STALE_AFTER:
        return note("relay", "Last seen in the future.", "Is the clock of this machine right?")
    caught = here.mails_are_caught()
    if caught is not None and caught is not status.caught:
        sentence = "It runs with other mail settings than this command sees."
        return note("relay", sentence, "Start it again with the settings that are meant.")
    problem = f" Last problem: {status.last_problem}." if status.last_problem else ""
    return fine("relay", f"Runs, seen {in_words(max(age, timedelta(0)))} ago.{problem}")


def in_words(time: timedelta) -> str:
    """A length of time, roughly: ``5 seconds``, ``3 minutes``, ``2 hours``, ``4 days``."""
    seconds = int(time.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _moment(status: RelayStatus) -> datetime | None:
    """When the relay was seen, or None if the file does not say."""
    try:
        seen = datetime.fromisoformat(status.seen_at)
    except (TypeError, ValueError):
        return None
    return seen if seen.tzinfo else None
