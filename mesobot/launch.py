"""``python -m mesobot.launch MODULE ARGUMENT...``: runs a module without deprecation noise.

Rasa itself is run with a limit on calls of the action server (``mesobot/action_calls.py``), and
with less work in each turn (``mesobot/quicker_rasa.py``).

Sanic switches deprecation warnings on when it is imported, whatever PYTHONWARNINGS says, and
the libraries that Rasa pins give dozens of them at each start. Other warnings are shown.
"""

from __future__ import annotations

import runpy
import sys
import warnings
from typing import Any


def silence_deprecations() -> None:
    """Drop deprecation warnings when they are shown, since filters do not survive imports."""
    show = warnings.showwarning

    def show_others(message: Any, category: type[Warning], *args: Any, **kwargs: Any) -> None:
        if not issubclass(category, DeprecationWarning):
            show(message, category, *args, **kwargs)

    warnings.showwarning = show_others


if __name__ == "__main__":
    silence_deprecations()
    sys.argv = sys.argv[1:]
    if sys.argv[0] == "rasa":
        from mesobot.action_calls import limit_action_calls
        from mesobot.quicker_rasa import make_rasa_quicker

        limit_action_calls()
        make_rasa_quicker()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
