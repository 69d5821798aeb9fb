"""Makes the pictures in docs/images: ``python -m tests.browser.screenshots [NAME ...]``.

The whole assistant is started on free ports with a state of its own, so that pictures show what it
really says. ``widget/scripts/screenshots.mjs`` says which pictures there are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mesobot import paths, settings
from tests.browser.site import Control, Site

_CLINIC = {
    "MESOBOT_WEB_PRIVACY_LINK": "https://www.clinic.example/privacy",
    "MESOBOT_CLINIC_EMAIL": "hello@clinic.example",
}
"""What a clinic would have set."""


def main(names: list[str]) -> int:
    """Make the pictures of these names, or all; the exit status."""
    settings.prepare_environment(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), **_CLINIC)
        control = Control(site)
        site.start_others()
        try:
            site.start()
            site.wait_for_others()
            addresses = {**site.addresses, "MESOBOT_CONTROL_URL": control.address}
            command = ["scripts/widget.sh", "screenshots", *names]
            done = subprocess.run(
                command, cwd=paths.ROOT, env={**os.environ, **addresses}, check=False
            )
        finally:
            control.close()
            site.stop()
            site.stop_others()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
