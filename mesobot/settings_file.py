"""Settings of an installation for oneself in a file, so that they need not be typed in each terminal.

For the public they come from whatever starts the servers (docs/deployment.md): there no file is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, MutableMapping
from pathlib import Path

from mesobot.paths import ROOT
from mesobot.settings import is_production

FILE = "MESOBOT_SETTINGS_FILE"
"""Names another file, or none by being empty."""
_DEFAULT = ROOT / "settings.env"


def read_settings_file(environment: MutableMapping[str, str], say: Callable[[str], None]) -> None:
    """Add what stands in the settings file and nowhere in the environment.

    Args:
        environment: is added to.
        say: told in one line if others on this machine could read the file, or what of it is not used.

    Raises:
        ValueError: if the file exists and cannot be read.
    """
    path = Path(environment.get(FILE, str(_DEFAULT)) or os.devnull)
    if is_production(environment) or not path.is_file():
        return
    from dotenv import dotenv_values

    try:
        found = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        say(f"Others on this machine may read {path}. To keep it yours: chmod 600 {path}")
    for name, value in found.items():
        if value is None:
            say(f"{path}: '{name}' has no value; a line is NAME=\"value\".")
        else:
            environment.setdefault(name, value)
