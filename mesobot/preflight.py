"""What a server for the public must not be started with (``MESOBOT_PRODUCTION=1``).

``mesobot.launch`` asks before it starts Rasa, the action server or the relay. Each refusal is a
sentence that names the variable or the option; none holds a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from mesobot import paths, settings
from mesobot.channels.whatsapp.configuration import read_settings as read_whatsapp_settings
from mesobot.consultation.database import DATABASE_VARIABLE
from mesobot.consultation.encryption import KEY_VARIABLE as ENCRYPTION_KEY
from mesobot.consultation.encryption import EncryptionKeyError, Sealer
from mesobot.consultation.environment import SettingsError
from mesobot.consultation.mail_settings import read_mail_settings
from mesobot.knowledge.clinic import EMAIL_VARIABLE, load_clinic
from mesobot.knowledge.source import ContentError
from mesobot.seal import KEY_VARIABLE as SEAL_KEY

_SHORTEST_SECRET = 32
_OURS = "mesobot.channels."
_FOR_DEVELOPERS = "mesobot.channels.rest.RestChannel"
_TALKATIVE = {"--debug", "-vv", "--verbose", "-v"}
_WHATSAPP_NEEDS_IT = (
    "Rasa needs it while patients chat on WhatsApp: docs/whatsapp.md, “WhatsApp in production”."
)
_REFUSED_OPTIONS = {
    "--enable-api": "it gives everybody all conversations",
    "--connector": "channels are named in the credentials file",
    "--cors": "MESOBOT_WEB_ORIGINS says whose pages may use the chat",
    "--remote-storage": "only models that were trained and sealed here are loaded",
}

Environment = Mapping[str, str]
Check = Callable[[Sequence[str], Environment], Iterator[str]]


def problems(module: str, arguments: Sequence[str], environment: Environment) -> list[str]:
    """Why a process must not be started for the public, one sentence each; [] if it may.

    Args:
        module: that is to be run.
        arguments: its command line.
        environment: its settings.
    """
    checks = _CHECKS.get(module, ())
    return [sentence for check in checks for sentence in check(arguments, environment)]


def _options(arguments: Sequence[str], _environment: Environment) -> Iterator[str]:
    given = {argument.partition("=")[0] for argument in arguments}
    for option, why in _REFUSED_OPTIONS.items():
        if option in given:
            yield f"{option} must not be given: {why}."
    if given & _TALKATIVE:
        yield "--debug and -v must not be given: such logs quote what patients write."


def _logs(_arguments: Sequence[str], environment: Environment) -> Iterator[str]:
    for name in ("LOG_LEVEL", "LOG_LEVEL_LIBRARIES"):
        if environment.get(name, "").strip().upper() in ("DEBUG", "NOTSET"):
            yield f"{name} must not be DEBUG: such logs quote what patients write."


def _channels(arguments: Sequence[str], _environment: Environment) -> Iterator[str]:
    file = _value_of("--credentials", arguments)
    if file is None:
        yield "--credentials must name the channels: credentials.public.yml."
        return
    try:
        channels = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
        names = list(channels or {})
    except (OSError, yaml.YAMLError, TypeError):
        yield f"--credentials: {file} cannot be read."
        return
    for name in names:
        if name == _FOR_DEVELOPERS or not str(name).startswith(_OURS):
            yield (
                f"--credentials: {file} has the channel {name}, which is not for the public. "
                "Use credentials.public.yml."
            )
    if not names:
        yield f"--credentials: {file} has no channel, and Rasa would open all of its own."


def _website(_arguments: Sequence[str], environment: Environment) -> Iterator[str]:
    listed = [each.strip() for each in environment.get("MESOBOT_WEB_ORIGINS", "").split(",")]
    origins = [each for each in listed if each]
    if not origins:
        yield "MESOBOT_WEB_ORIGINS is missing: the site whose pages show the chat."
    for origin in origins:
        if "*" in origin:
            yield "MESOBOT_WEB_ORIGINS must not hold a wildcard: name each site."
        elif not origin.startswith("https://"):
            yield "MESOBOT_WEB_ORIGINS must begin with https://, each of them."
    if environment.get("MESOBOT_WEB_PROXIES", "").strip() in ("", "0"):
        yield "MESOBOT_WEB_PROXIES is missing: without it all visitors count as one address."
    if settings.has_demo(environment):
        yield "MESOBOT_DEMO must not be set: it opens the chat to pages of this machine."


def _secret(name: str) -> Check:
    def check(_arguments: Sequence[str], environment: Environment) -> Iterator[str]:
        length = len(environment.get(name, "").strip())
        if length == 0:
            yield f"{name} is missing."
        elif length < _SHORTEST_SECRET:
            yield f"{name} is shorter than {_SHORTEST_SECRET} characters."

    return check


def _encryption(_arguments: Sequence[str], environment: Environment) -> Iterator[str]:
    try:
        if not Sealer.from_environment(environment).encrypts:
            yield f"{ENCRYPTION_KEY} is missing: names and contacts would be stored as they are."
    except EncryptionKeyError as error:
        yield f"{error}."


def _database(name: str) -> Check:
    def check(_arguments: Sequence[str], environment: Environment) -> Iterator[str]:
        url = environment.get(name, "").strip()
        if not url:
            yield f"{name} is missing: the URL of a PostgreSQL database."
        elif not re.match(r"postgres(ql)?://", url):
            yield f"{name} must be the URL of a PostgreSQL database: several processes use it."

    return check


def _redis(_arguments: Sequence[str], environment: Environment) -> Iterator[str]:
    if not re.match(r"rediss?://", environment.get("MESOBOT_REDIS_URL", "").strip()):
        yield "MESOBOT_REDIS_URL is missing: the processes could not take turns."


def _inbox(_arguments: Sequence[str], environment: Environment) -> Iterator[str]:
    try:
        if load_clinic(paths.CLINIC / "clinic.yml", environment).email is None:
            yield f"{EMAIL_VARIABLE} is missing: nobody at the clinic would get a mail."
    except ContentError as error:
        yield from (f"{EMAIL_VARIABLE} or clinic.yml: {each.message}." for each in error.problems)


def _mails(_arguments: Sequence[str], environment: Environment) -> Iterator[str]:
    try:
        if read_mail_settings(environment).caught:
            yield "MESOBOT_SMTP_HOST is missing: mails would reach nobody."
    except SettingsError as error:
        yield f"{error}."


def _whatsapp(arguments: Sequence[str], environment: Environment) -> Iterator[str]:
    """Rasa itself keeps what patients write on WhatsApp until it is answered."""
    try:
        if read_whatsapp_settings(environment) is None:
            return
    except SettingsError as error:
        yield f"{error}."
    for sentence in (*_encryption(arguments, environment), *_requests(arguments, environment)):
        yield f"{sentence} {_WHATSAPP_NEEDS_IT}"


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    for index, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == option:
            return value if equals else next(iter(arguments[index + 1 :]), None)
    return None


_token, _conversations = _secret("MESOBOT_ACTIONS_TOKEN"), _database("MESOBOT_TRACKER_DB")
_requests = _database(DATABASE_VARIABLE)
_CHECKS: dict[str, tuple[Check, ...]] = {
    "rasa": (
        *(_options, _logs, _channels, _website, _secret("MESOBOT_WEB_SECRET"), _token),
        *(_secret(SEAL_KEY), _conversations, _redis, _inbox, _whatsapp),
    ),
    "mesobot.action_server": (_logs, _token, _encryption, _requests, _conversations, _inbox),
    "mesobot.consultation.relay_process": (
        *(_logs, _encryption, _requests, _conversations, _inbox, _mails),
    ),
}
