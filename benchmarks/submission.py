"""How long a patient waits for "Saved" while the relay is busy: ``python -m benchmarks.submission``.

The assistant runs as ``mesobot run`` starts it, with a state folder of its own. Whole forms are
filled in over the REST channel, each by another patient; what counts is the last turn, from the
last "yes" to the reference. The outbox holds so many messages that the relay sends all the time.

``python -m benchmarks.submission postgresql://…`` measures on that (empty) database instead of a file.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesobot import paths
from mesobot.consultation.clock import utc_now
from mesobot.consultation.database import open_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.outbox import Outbox
from mesobot.consultation.request import Consent, DeliveryKind, DeliveryState, NewRequest, Way
from mesobot.consultation.service import ConsultationService
from mesobot.running import free_port, wait_for

FORMS = 60
MESSAGES = 2500
"""Waiting when it begins; the relay sends some dozens a second."""
ANSWERS = ("i want to book an appointment", "1", "Ada", "0532 123 45 67", "6", "any", "yes", "yes")


def main(arguments: list[str]) -> None:
    """Run everything, print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        url = arguments[0] if arguments else f"sqlite:///{state / 'requests.db'}"
        with assistant(state, url) as port:
            fill_in(port, "warm-up")
            backlog = Backlog(url)
            backlog.fill()
            before, began = backlog.count(DeliveryState.KEPT), time.perf_counter()
            turns = [fill_in(port, f"patient-{number}") for number in range(FORMS)]
            seconds = time.perf_counter() - began
            sent = backlog.count(DeliveryState.KEPT) - before
            if not backlog.count(DeliveryState.WAITING):
                raise RuntimeError("the relay had nothing left to do; more MESSAGES are needed")
    sys.stdout.write(
        f"{FORMS} forms while the relay delivered {sent / seconds:.0f} messages a second\n"
        f'until "Saved":      {figures([form[-1] for form in turns])}\n'
        f"an answer before:   {figures([form[-2] for form in turns])}\n"
    )


def figures(seconds: list[float]) -> str:
    """Median, 95th percentile and maximum in milliseconds."""
    p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    named = {"p50": p50, "p95": p95, "max": max(seconds)}
    return ", ".join(f"{name} {value * 1000:.0f} ms" for name, value in named.items())


class Backlog:
    """Requests whose messages are still to be sent."""

    def __init__(self, url: str) -> None:
        """Open the database."""
        engine = open_database(url)
        kinds = [DeliveryKind.CLINIC_EMAIL]
        self._service = ConsultationService(engine, Sealer(), utc_now, lambda _: kinds)
        self._outbox = Outbox(engine, Sealer(), utc_now)

    def count(self, state: DeliveryState) -> int:
        """How many messages are in that state."""
        return self._outbox.counts()[state]

    def fill(self) -> None:
        """Hand in requests, one message each."""
        for number in range(MESSAGES):
            self._service.submit(
                NewRequest(
                    conversation=f"backlog-{number}",
                    form=f"backlog-{number}",
                    way=Way.EMAIL,
                    name="Ada",
                    contact=f"ada{number}@mail.com",
                    concern="Something else",
                    preferred_time="Any time",
                    channel="rest",
                    consent=Consent("1", "1", "en", utc_now()),
                )
            )


@contextmanager
def assistant(state: Path, url: str) -> Iterator[int]:
    """Everything that ``mesobot run`` starts; the port of the assistant."""
    port, actions = free_port(), free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MESOBOT_")},
        "MESOBOT_STATE": str(state),
        "MESOBOT_REQUESTS_DB": url,
        "MESOBOT_PORT": str(port),
        "MESOBOT_ACTIONS_PORT": str(actions),
        "MESOBOT_CATCHER_PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "mesobot", "run"]
    with (state / "assistant.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=paths.ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        for address in (f"{port}/webhooks/rest/", f"{actions}/health"):
            if not wait_for(f"http://127.0.0.1:{address}", 180):
                raise RuntimeError("the assistant did not start")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)


def fill_in(port: int, sender: str) -> list[float]:
    """Fill in one form; seconds of each turn."""
    seconds = []
    for text in ANSWERS:
        began = time.perf_counter()
        reply = say(port, sender, text)
        seconds.append(time.perf_counter() - began)
    if not reply.startswith("Saved."):
        raise RuntimeError(f"not saved: {reply}")
    return seconds


def say(port: int, sender: str, text: str) -> str:
    """The reply to a message."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/webhooks/rest/webhook",
        json.dumps({"sender": sender, "message": text}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)[0]["text"])


if __name__ == "__main__":
    main(sys.argv[1:])
