"""``python -m mesobot.launch MODULE ARGUMENT...``: the way each of our servers is started.

For the public (``MESOBOT_PRODUCTION=1``) nothing is started with settings that it must not have
(``mesobot/preflight.py``). Rasa loads only what was trained and sealed here (``mesobot/seal.py``), and
is run with a limit on calls of the action server (``mesobot/action_calls.py``), and with less work in
each turn (``mesobot/quicker_rasa.py``).

Sanic switches deprecation warnings on when it is imported, whatever PYTHONWARNINGS says, and
the libraries that Rasa pins give dozens of them at each start. Other warnings are shown.
"""

from __future__ import annotations

import os
import runpy
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from mesobot import paths, settings
from mesobot.seal import BrokenSealError, check_seal, seal_key

_REFUSED = 2


def silence_deprecations() -> None:
    """Drop deprecation warnings when they are shown, since filters do not survive imports."""
    show = warnings.showwarning

    def show_others(message: Any, category: type[Warning], *args: Any, **kwargs: Any) -> None:
        if not issubclass(category, DeprecationWarning):
            show(message, category, *args, **kwargs)

    warnings.showwarning = show_others


def refusals(module: str, arguments: Sequence[str]) -> list[str]:
    """Why a module must not be started like that, one sentence each."""
    found: list[str] = []
    if settings.is_production(os.environ):
        from mesobot.preflight import problems

        found += problems(module, arguments, os.environ)
    if module == "rasa":
        try:
            check_seal(paths.ROOT, seal_key(os.environ))
        except BrokenSealError as broken:
            found.append(str(broken))
        if str(paths.MODEL) not in arguments:
            found.append(f"--model must be the sealed one: {paths.MODEL}.")
    return found


def main(module: str, *arguments: str) -> None:
    """Start a module, unless it must not be started; then the process ends with 2."""
    silence_deprecations()
    refused = refusals(module, arguments)
    if refused:
        sys.stderr.write(f"{module} is not started:\n")
        sys.stderr.writelines(f"- {sentence}\n" for sentence in refused)
        sys.exit(_REFUSED)
    sys.argv = [module, *arguments]
    if module == "rasa":
        from mesobot.action_calls import limit_action_calls
        from mesobot.quicker_rasa import make_rasa_quicker

        limit_action_calls()
        make_rasa_quicker()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
