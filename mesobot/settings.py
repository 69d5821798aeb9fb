"""Settings from the environment, with defaults that need no account and no other server."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Mapping, MutableMapping

from mesobot.paths import STATE

QUIET = {
    # Rasa and its libraries are chatty, slow to fall silent, and would call home.
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "MPLBACKEND": "Agg",
    "RASA_SHELL_STREAM_READING_TIMEOUT_IN_SECONDS": "60",
    "SANIC_HOST": "127.0.0.1",  # of the action server
}


def port() -> int:
    """Port of the assistant on loopback (``MESOBOT_PORT``)."""
    return int(os.environ.get("MESOBOT_PORT", "5005"))


def actions_port() -> int:
    """Port of the action server on loopback (``MESOBOT_ACTIONS_PORT``)."""
    return int(os.environ.get("MESOBOT_ACTIONS_PORT", "5055"))


def demo_port(environment: Mapping[str, str]) -> int:
    """Port of the demo page that stands for somebody else's site (``MESOBOT_DEMO_PORT``)."""
    return int(environment.get("MESOBOT_DEMO_PORT", "5006"))


def has_demo(environment: Mapping[str, str]) -> bool:
    """Whether the demo pages are served (``MESOBOT_DEMO``); `make run` says yes."""
    return environment.get("MESOBOT_DEMO", "").strip() not in ("", "0")


def is_production(environment: Mapping[str, str]) -> bool:
    """Whether the public is served (``MESOBOT_PRODUCTION``): see ``mesobot/preflight.py``."""
    return environment.get("MESOBOT_PRODUCTION", "").strip() not in ("", "0")


def actions_url(number: int) -> str:
    """Where Rasa calls an action server of ours that listens on that port."""
    return f"http://127.0.0.1:{number}/webhook"


def quiet_rasa() -> None:
    """Warnings and errors only, for Rasa inside this process: its debug log quotes messages."""
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    before = os.environ.get("LOG_LEVEL")
    configure_logging_and_warnings(log_level=logging.WARNING)
    configure_structlog(logging.WARNING)
    if before is None:  # Rasa sets it, and processes that are started later would fall silent
        os.environ.pop("LOG_LEVEL", None)


def prepare_environment(environment: MutableMapping[str, str]) -> None:
    """Fill in what Rasa and ``endpoints.yml`` read from the environment, where unset."""
    STATE.mkdir(
        mode=0o700, parents=True, exist_ok=True
    )  # conversations: nobody else on this machine reads them
    for name, value in {**QUIET, **_embedded(environment)}.items():
        environment.setdefault(name, value)


def _embedded(environment: Mapping[str, str]) -> dict[str, str]:
    """What needs no other server; for the public each of these has to be said."""
    if is_production(environment):
        return {}
    return {
        "MESOBOT_ACTIONS_URL": actions_url(actions_port()),
        "MESOBOT_TRACKER_DB": str(STATE / "conversations.db"),
        "MESOBOT_REDIS_URL": "",
        # Both servers are started with this environment, so nobody else needs to know it.
        "MESOBOT_ACTIONS_TOKEN": secrets.token_urlsafe(32),
    }


def mails_are_caught(environment: Mapping[str, str]) -> bool:
    """Whether mails stay on this machine, because no mail server is set."""
    return not environment.get("MESOBOT_SMTP_HOST", "").strip()
