"""Watches the turns of this process: a line in the log without words, and meters if wanted.

A turn takes about 0.2 ms more by it (measured; most of that for the line in the log), and
nothing that fails in here reaches the patient.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from mesobot import paths
from mesobot.insight.metrics_port import ASSISTANT_PORT, metrics_port
from mesobot.insight.outcome import Reply, new_alarm_of, outcome_of, topics_of
from mesobot.insight.pseudonyms import Pseudonyms, open_pseudonyms

if TYPE_CHECKING:
    from mesobot.insight.meters import TurnMeters

LOG_VARIABLE = "MESOBOT_TURN_LOG"
_OFF = ("0", "no", "off", "false")
_log = structlog.get_logger()


class TurnObserver:
    """Told of each turn when it is over.

    Args:
        pseudonyms: name conversations in the log; None for no log.
        meters: count and measure; None for none.
    """

    def __init__(
        self, pseudonyms: Pseudonyms | None = None, meters: TurnMeters | None = None
    ) -> None:
        self._pseudonyms = pseudonyms
        self._meters = meters
        self._has_failed = False

    @contextmanager
    def turn(self, channel: str, sender: str) -> Iterator[list[Reply]]:
        """Measure a turn; whoever holds it puts what the dialogue replied into the list."""
        replies: list[Reply] = []
        began = time.perf_counter()
        try:
            yield replies
        finally:
            try:
                self._tell(channel, sender, replies, time.perf_counter() - began)
            except Exception as error:  # whatever it is, the patient's turn is not to blame
                if not self._has_failed:
                    _log.error("turns are not observed", problem=type(error).__name__)
                self._has_failed = True

    def watch_web_sockets(self, count: Callable[[], int]) -> None:
        """Ask for the number of connected browsers whenever the meters are read."""
        if self._meters is not None:
            self._meters.web_sockets.set_function(count)

    def _tell(self, channel: str, sender: str, replies: Sequence[Reply], seconds: float) -> None:
        outcome, alarm = outcome_of(replies), new_alarm_of(replies)
        if self._meters is not None:
            self._meters.turn(channel, outcome, alarm, seconds)
        if self._pseudonyms is not None:
            _log.info(
                "turn",
                channel=channel,
                conversation=self._pseudonyms.of(sender),
                topics=list(topics_of(replies)) or ([alarm] if alarm else []),
                kind=outcome.value,
                ms=round(seconds * 1000),
            )


def open_observer(environment: Mapping[str, str], state: Path) -> TurnObserver:
    """As the settings want it; meters are served on a loopback port from now on, if one is set.

    Raises:
        ValueError: if the port is none.
    """
    port = metrics_port(environment, ASSISTANT_PORT)
    meters = None
    if port is not None:
        from mesobot.insight.meters import TurnMeters, new_registry, serve

        registry = new_registry()
        meters = TurnMeters(registry)
        serve(port, registry)
    return TurnObserver(_pseudonyms(environment, state), meters)


def _pseudonyms(environment: Mapping[str, str], state: Path) -> Pseudonyms | None:
    """None if turns are not to be logged, or the key cannot be kept: there is no log without one."""
    if environment.get(LOG_VARIABLE, "").strip().lower() in _OFF:
        return None
    try:
        return open_pseudonyms(environment, state)
    except OSError as error:
        _log.error("turns are not logged: no key of pseudonyms", problem=type(error).__name__)
        return None


@functools.cache
def process_observer() -> TurnObserver:
    """The one of this process, shared by its channels."""
    return open_observer(os.environ, paths.STATE)
