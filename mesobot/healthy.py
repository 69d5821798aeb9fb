"""``python -m mesobot.healthy URL`` or ``... relay``: 0 if that server does its work, otherwise 1.

For health checks in containers that hold no other program. Wrong usage ends with 2.
"""

from __future__ import annotations

import argparse
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

_SECONDS = 4
RELAY_SEEN_WITHIN = timedelta(minutes=2)


def answers(address: str) -> bool:
    """Whether a server answers that all is well."""
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - from the deployment's own files
            return int(answer.status) == 200  # noqa: PLR2004 - OK
    except (urllib.error.URLError, OSError):
        return False


def relay_looks(now: datetime) -> bool:
    """Whether the relay has looked after its messages lately."""
    from mesobot.consultation.relay_process import STATUS_FILE
    from mesobot.consultation.relay_watch import read_status

    status = read_status(STATUS_FILE)
    try:
        return status is not None and now - datetime.fromisoformat(status.seen_at) < (
            RELAY_SEEN_WITHIN
        )
    except (TypeError, ValueError):
        return False


def main(what: str) -> int:
    """The exit status."""
    well = relay_looks(datetime.now(timezone.utc)) if what == "relay" else answers(what)
    return 0 if well else 1


def asked(arguments: Sequence[str]) -> str:
    """What is to be looked at; wrong usage and ``--help`` end the process (2 and 0)."""
    parser = argparse.ArgumentParser(
        prog="python -m mesobot.healthy",
        description="Ends with 0 if that server does its work, otherwise with 1.",
    )
    parser.add_argument(
        "what", metavar="URL|relay", type=_what, help="health address of a server, or the relay"
    )
    return str(parser.parse_args(arguments).what)


def _what(text: str) -> str:
    if text != "relay" and not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} is neither an http(s) address nor 'relay'")
    return text


if __name__ == "__main__":
    sys.exit(main(asked(sys.argv[1:])))
