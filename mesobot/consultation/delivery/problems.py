"""Why a delivery failed: should it be tried again, and when?

The texts are short machine words ("451 at RCPT"): they are stored and logged, so they never
quote a server's reply, which may repeat addresses.
"""

from __future__ import annotations

from datetime import timedelta


class DeliveryProblem(Exception):
    """Something kept a message from being delivered.

    Attributes:
        code: the other side's number of the error, if it gave one.
    """

    def __init__(self, text: str, *, code: int | None = None) -> None:
        super().__init__(text)
        self.code = code


class TemporaryProblem(DeliveryProblem):
    """Trying again may help.

    Attributes:
        retry_after: how long the other side asked to wait, or None.
        ambiguous: whether the message may have been accepted.
    """

    def __init__(
        self,
        text: str,
        retry_after: timedelta | None = None,
        *,
        code: int | None = None,
        ambiguous: bool = False,
    ) -> None:
        super().__init__(text, code=code)
        self.retry_after = retry_after
        self.ambiguous = ambiguous


class PermanentProblem(DeliveryProblem):
    """This message will never be accepted; a person has to look at it."""


class ConfigurationProblem(DeliveryProblem):
    """No message of this kind gets through until somebody corrects our settings."""
