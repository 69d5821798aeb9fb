"""On which loopback ports metrics are served: one for each process, none unless it is set."""

from __future__ import annotations

from collections.abc import Mapping

ASSISTANT_PORT = "MESOBOT_METRICS_PORT"
"""Of the process that answers patients."""
RELAY_PORT = "MESOBOT_RELAY_METRICS_PORT"
"""Of a relay."""
_LARGEST = 65535


def metrics_port(environment: Mapping[str, str], variable: str) -> int | None:
    """The port, or None if none is set.

    Raises:
        ValueError: if it is no port.
    """
    text = environment.get(variable, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _LARGEST):
        raise ValueError(f"{variable} must be a number from 1 to {_LARGEST}")
    return int(text)
