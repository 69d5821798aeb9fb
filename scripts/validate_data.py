"""Runs `rasa data validate`; every warning must be on the reviewed list, with its reason."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from mesobot.settings import QUIET

REVIEWED = Path(__file__).with_name("reviewed_warnings.txt")
_WARNING = re.compile(r"UserWarning: (.*?)(?:\n  More info at|\x1b\[0m|\n\x1b|\Z)", re.DOTALL)
_ERROR = re.compile(r"^.*\b(?:ERROR|Error|error)\b.*$", re.MULTILINE)


def main() -> int:
    """Print what is new or no longer needed; 0 when there is neither."""
    done = subprocess.run(
        [sys.executable, "-W", "default::UserWarning", "-m", "rasa", "data", "validate"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **QUIET},
    )
    output = done.stdout + done.stderr
    warnings = {" ".join(text.split()) for text in _WARNING.findall(output)}
    reviewed = [
        line for line in REVIEWED.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]  # fmt: skip
    new = [text for text in warnings if not any(re.search(entry, text) for entry in reviewed)]
    stale = [entry for entry in reviewed if not any(re.search(entry, text) for text in warnings)]
    for text in sorted(new):
        sys.stderr.write(f"new warning: {text}\n")
    for entry in stale:
        sys.stderr.write(f"no longer given, take it off {REVIEWED.name}: {entry}\n")
    if done.returncode != 0:
        sys.stderr.write("\n".join(_ERROR.findall(output)[-10:]) + "\n")
    return 1 if new or stale or done.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
