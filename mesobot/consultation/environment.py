"""Reads single settings from the environment, and says in a sentence what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A setting is missing or wrong; the text names the variable and what to write."""


def text_of(environment: Mapping[str, str], variable: str) -> str | None:
    """What a variable says, None if it is unset or blank."""
    return environment.get(variable, "").strip() or None


def number_of(environment: Mapping[str, str], variable: str, usual: int, least: int = 1) -> int:
    """A whole number.

    Raises:
        SettingsError: if it is none, or less than ``least``.
    """
    text = text_of(environment, variable)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise SettingsError(f"{variable} must be a whole number, {least} or more")
    return int(text)


def https_of(environment: Mapping[str, str], variable: str, usual: str) -> str:
    """The address of a server that secrets are sent to, without a slash at its end.

    Raises:
        SettingsError: if others could read along on the way there.
    """
    url = text_of(environment, variable) or usual
    parts = urlsplit(url)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    ):
        raise SettingsError(f"{variable} must start with https://")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, so that nobody else reads what goes there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
