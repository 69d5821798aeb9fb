"""Processes that use the store until they are killed: run with ``python -m``.

``write URL FIRST``: prints "opening", opens the database, submits one form after the other,
numbered from FIRST, and prints number and reference of each once it is acknowledged.

``fill URL``: submits until a request is not saved, allows itself more space, and goes on. Prints
"saved" and the reference, or "not saved".

``claim URL CRASH_AFTER``: prints "ready", waits for the end of its input, claims messages until
there are none and prints their ids, then "done". Kills itself after so many claims, unless that is 0.
"""

from __future__ import annotations

import itertools
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from mesobot.consultation.database import open_database
from mesobot.consultation.service import NotSavedError
from tests.unit.consultation.requests import Store


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start one of them, with its input and output at hand."""
    command = [sys.executable, "-m", __name__, *arguments]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def write(url: str, first: str) -> None:
    say("opening")
    store = Store.in_real_time(open_database(url))
    for number in itertools.count(int(first)):
        say(f"{number} {store.submit(form=str(number))}")


def claim(url: str, crash_after: str) -> None:
    store = Store.in_real_time(open_database(url))
    say("ready")
    sys.stdin.read()
    for number in itertools.count(1):
        deliveries = store.outbox.claim()
        if not deliveries:
            break
        say(str(deliveries[0].id))
        if number == int(crash_after):
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.005)  # as if it sent the message: meanwhile the others get their turn
    say("done")


def fill(url: str) -> None:
    store = Store.in_real_time(open_database(url))
    forms = map(str, itertools.count())
    # From now on no file of this process grows beyond that: the disk is full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    while saved(store, next(forms)):
        pass
    saved(store, next(forms))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    for _ in range(3):
        saved(store, next(forms))


def saved(store: Store, form: str) -> bool:
    try:
        say(f"saved {store.submit(form=form)}")
    except NotSavedError as error:
        say(f"not saved: {error}")
        return False
    return True


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"write": write, "fill": fill, "claim": claim}[sys.argv[1]](*sys.argv[2:])
