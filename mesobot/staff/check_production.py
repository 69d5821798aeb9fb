"""`mesobot doctor`: whether the servers for the public would start, and what they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import redis
from redis.exceptions import AuthenticationError, RedisError
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError

from mesobot import paths, settings
from mesobot.chats.database import CHATS_VARIABLE, chats_file, chats_url, open_chats
from mesobot.consultation.database import DATABASE_VARIABLE
from mesobot.consultation.encryption import KEY_VARIABLE as ENCRYPTION_KEY
from mesobot.consultation.transactions import DatabaseUnavailableError, reading
from mesobot.preflight import problems
from mesobot.running import RELAY_COMMAND
from mesobot.seal import KEY_VARIABLE as SEAL_KEY
from mesobot.serving import PUBLIC
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

_REDIS = "MESOBOT_REDIS_URL"
_PATIENCE = 3.0  # seconds
_KEPT = (ENCRYPTION_KEY, DATABASE_VARIABLE)
_PROCESSES: dict[str, tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "Rasa": (
        "rasa",
        ("--credentials", str(paths.ROOT / PUBLIC)),
        (("MESOBOT_WEB_SECRET", SEAL_KEY),),
    ),
    "action server": ("mesobot.action_server", (), (("MESOBOT_ACTIONS_TOKEN",), _KEPT)),
    "relay": (
        "mesobot.consultation.relay_process",
        tuple(RELAY_COMMAND),
        (("MESOBOT_SMTP_HOST", "MESOBOT_MAIL_FROM"), _KEPT),
    ),
}
"""Module, arguments, and how to tell that its settings are in this environment: one of each group."""


def check_production(here: Installation) -> list[Finding]:
    """What each server for the public would refuse to start with; nothing elsewhere."""
    if not settings.is_production(here.environment):
        return [fine("for the public", "Off: MESOBOT_PRODUCTION is not set.")]
    return [finding for name in _PROCESSES for finding in _would_start(name, here.environment)]


def _would_start(name: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    module, arguments, groups = _PROCESSES[name]
    topic = f"start of {name}"
    if not all(any(environment.get(each, "").strip() for each in group) for group in groups):
        # In containers each process has its own; that is no fault of it.
        sentence = "Not looked at: its settings are not in this environment."
        missing = " and ".join(" or ".join(group) for group in groups)
        yield note(topic, sentence, f"Look where {missing} is set; if nowhere, set it.")
        return
    refusals = problems(module, arguments, environment)
    for refusal in refusals:
        yield fails(topic, refusal, "It does not start like this: docs/deployment.md, “Settings”.")
    if not refusals:
        yield fine(topic, "Its settings are those of a server for the public.")


def check_conversations(here: Installation) -> Finding:
    """Whether the database of the conversations answers."""
    topic, url = "conversations", chats_url(here.environment)
    if not here.environment.get(CHATS_VARIABLE, "").strip():
        return fine(topic, "In a file beside the requests.")
    try:
        file = chats_file(url)
        if file is not None and not file.exists():
            return note(topic, "Not there yet.", "It is made when the assistant is started.")
        with reading(open_chats(url)) as connection:
            connection.execute(text("SELECT 1"))
    except (ArgumentError, ValueError):
        return fails(topic, "This is not the URL of a database.", f"Correct {CHATS_VARIABLE}.")
    except DatabaseUnavailableError as error:
        step = f"Start it, or correct {CHATS_VARIABLE}: chats would be lost at a restart."
        return fails(topic, f"Their database does not answer ({error}).", step)
    return fine(topic, f"{'PostgreSQL' if file is None else 'SQLite'} answers.")


def check_redis(here: Installation) -> Finding:
    """Whether the processes can take turns."""
    topic, url = "Redis", here.environment.get(_REDIS, "").strip()
    if not url:
        return fine(topic, "Not used here: a single process needs none.")
    try:
        with redis.Redis.from_url(
            url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        ) as client:
            client.ping()
    except ValueError:
        return fails(topic, "This is not the URL of a Redis.", f"Correct {_REDIS}.")
    except AuthenticationError:
        return fails(topic, "It refuses the password.", f"Correct {_REDIS}, or requirepass.")
    except (RedisError, OSError) as error:
        step = f"Start it, or correct {_REDIS}: messages could be answered in the wrong order."
        return fails(topic, f"It does not answer ({type(error).__name__}).", step)
    return fine(topic, "It answers.")
