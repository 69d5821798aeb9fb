"""``make run-production``: everything that serves the public, here, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from pathlib import Path

from deploy.rehearsal.programs import MissingProgramError
from deploy.rehearsal.topology import Topology
from mesobot.seal import BrokenSealError

_WORDS = """
  A page with the chat:    {url}/demo/   (the browser does not know its certificate: go on)
  What everything prints:  {logs}
  Mails to the clinic:     {mails}
  Try a failure:           kill -9 $(cat {logs}/rasa-1.pid)

  Ctrl-C stops everything and removes its data.
"""


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; 1 if a program is missing or does not start."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    print("Starting PostgreSQL, Redis, nginx, two Rasa processes, action server, relay ...")  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="mesobot-production-") as folder:
        try:
            with Topology(Path(folder)) as started:
                mails = Path(started.environment["MESOBOT_STATE"]) / "mail"
                print(_WORDS.format(url=started.url, logs=started.logs, mails=mails), flush=True)  # noqa: T201
                stopping.wait()
        except (MissingProgramError, RuntimeError, BrokenSealError) as problem:
            print(problem, file=sys.stderr)  # noqa: T201
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
