"""How large a request may be: as large as the channel with the largest ones needs."""

from __future__ import annotations

from typing import Any

_ASKED_FOR = "MESOBOT_LARGEST_BODY"


def accept_bodies(config: Any, largest: int) -> None:
    """Let Rasa's server take bodies of that size, and of none beyond what its channels asked for.

    Args:
        config: of Sanic.
        largest: bytes; the channel refuses more itself, if it takes less than another one.
    """
    config[_ASKED_FOR] = max(largest, config.get(_ASKED_FOR, 0))
    config.REQUEST_MAX_SIZE = config[_ASKED_FOR]
