"""Faults that are thrown when a test asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.graph.errors import GraphError

KINDS = ("error", "failed", "500", "garbage", "hang", "reset", "lost")
"""``error`` answers with a code of the Graph API; ``failed`` takes the message, and a status says
later that it failed; ``hang`` answers after ``seconds``, without taking the message; ``reset`` cuts
the connection before it is taken, ``lost`` after it."""


@dataclass
class Fault:
    """One order, for the next calls.

    Attributes:
        kind: one of ``KINDS``.
        code: of the Graph API, for ``error`` and ``failed``.
        times: for how many calls.
        to: phone number or user id that it is for; None for any.
        retry_after: seconds of a ``Retry-After`` header, or None.
        details: what the error says.
        seconds: how long ``hang`` hangs.
        marks: whether it also meets "read" and "typing".
    """

    kind: str = "error"
    code: int = 131000
    times: int = 1
    to: str | None = None
    retry_after: float | None = None
    details: str = "As the test ordered."
    seconds: float = 60.0
    marks: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a fault's kind is one of {', '.join(KINDS)}")

    @property
    def error(self) -> GraphError:
        """What the caller is told."""
        return GraphError(self.code, self.details, self.retry_after)


class Faults:
    """The orders that are still open; the first that fits is used."""

    def __init__(self) -> None:
        self._open: list[Fault] = []

    def order(self, content: dict[str, Any]) -> None:
        """Take an order.

        Raises:
            TypeError, ValueError: if there is no such fault.
        """
        self._open.append(Fault(**content))

    def clear(self) -> None:
        """Forget all orders."""
        self._open.clear()

    def next_for(self, names: set[str], is_mark: bool) -> Fault | None:
        """The fault that a call meets, or None.

        Args:
            names: what its receiver is called.
            is_mark: whether it only marks a message as read.
        """
        for fault in self._open:
            if (fault.to is None or fault.to in names) and (fault.marks or not is_mark):
                fault.times -= 1
                if fault.times <= 0:
                    self._open.remove(fault)
                return fault
        return None
