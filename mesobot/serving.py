"""``mesobot serve``: one server of an installation for the public, in place of this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from mesobot import paths, settings
from mesobot.running import RELAY_COMMAND, actions_command, rasa_command

PUBLIC = "credentials.public.yml"
SERVERS = ("rasa", "actions", "relay")


def serve(name: str) -> None:
    """Become that server; it stops on SIGTERM.

    Raises:
        ValueError: if there is no such server.
    """
    os.chdir(paths.ROOT)  # the model names its language parts from here
    os.environ["SANIC_HOST"] = interface(os.environ)
    command = command_of(name, os.environ)
    sys.stdout.flush()
    os.execvp(command[0], command)  # noqa: S606 - our own command, maybe of the system (nice)


def command_of(name: str, environment: Mapping[str, str]) -> list[str]:
    """Command line of a server.

    Raises:
        ValueError: if there is no such server.
    """
    if name == "rasa":
        return rasa_command(settings.port(), PUBLIC, interface(environment))
    if name == "actions":
        return actions_command(settings.actions_port())
    if name == "relay":
        return RELAY_COMMAND
    raise ValueError(f"There is no server {name}; there are {', '.join(SERVERS)}.")


def interface(environment: Mapping[str, str]) -> str:
    """Where servers listen (``MESOBOT_INTERFACE``): loopback, or a private network."""
    return environment.get("MESOBOT_INTERFACE", "").strip() or "127.0.0.1"
