"""The observer of turns, as Rasa's channels get it."""

from __future__ import annotations

from rasa.shared.exceptions import RasaException

from mesobot.insight.observer import TurnObserver, process_observer


def observer_of_process() -> TurnObserver:
    """The one that all channels of this process share.

    Raises:
        RasaException: if a setting cannot be used; Rasa then says so and stops.
    """
    try:
        return process_observer()
    except ValueError as problem:
        raise RasaException(str(problem)) from None
