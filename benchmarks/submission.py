"""How long a patient waits for "Saved" while the relay is busy: ``python -m benchmarks.submission``.

The assistant runs as ``mesobot run`` starts it, with a state folder of its own. Whole forms are
filled in over the REST channel by several patients at once; what counts is the last turn, from the
last "yes" to the reference. Meanwhile the outbox is kept full, so that the relay sends all the time.

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
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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

FORMS, PATIENTS = 60, 1
WAITING = 300
"""Messages that the outbox holds at least, as long as it is measured."""
ANSWERS = ("i want to book an appointment", "1", "Ada", "0532 123 45 67", "6", "any", "yes", "yes")


def main(arguments: list[str]) -> None:
    """Run everything, print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        url = arguments[0] if arguments else f"sqlite:///{state / 'requests.db'}"
        backlog = Backlog(url)
        backlog.fill()
        with assistant(state, url) as port, backlog.kept_full():
            fill_in(port, "warm-up")
            before = backlog.count(DeliveryState.SENT)
            began = time.perf_counter()
            with ThreadPoolExecutor(PATIENTS) as patients:
                waits = list(
                    patients.map(lambda number: fill_in(port, f"patient-{number}"), range(FORMS))
                )
            seconds = time.perf_counter() - began
            sent = backlog.count(DeliveryState.SENT) - before
            waiting = backlog.count(DeliveryState.WAITING)
    report([wait * 1000 for wait in waits], sent / seconds, waiting)


class Backlog:
    """An outbox that is never empty."""

    def __init__(self, url: str) -> None:
        """Open the database."""
        engine = open_database(url)
        kinds = [DeliveryKind.CLINIC_EMAIL]
        self._service = ConsultationService(engine, Sealer(), utc_now, lambda _: kinds)
        self._outbox = Outbox(engine, Sealer(), utc_now)
        self._made = 0
        self._enough = threading.Event()

    def count(self, state: DeliveryState) -> int:
        """How many messages are in that state."""
        return self._outbox.counts()[state]

    def fill(self) -> None:
        """Hand in requests until enough messages wait."""
        for _ in range(WAITING * 3 // 2 - self.count(DeliveryState.WAITING)):
            self._made += 1
            self._service.submit(
                NewRequest(
                    conversation=f"backlog-{self._made}",
                    form=f"backlog-{self._made}",
                    way=Way.EMAIL,
                    name="Ada",
                    contact=f"ada{self._made}@mail.com",
                    concern="Something else",
                    preferred_time="Any time",
                    channel="rest",
                    consent=Consent("1", "1", "en", utc_now()),
                )
            )

    @contextmanager
    def kept_full(self) -> Iterator[None]:
        """Fill it again and again, in a thread."""
        thread = threading.Thread(target=self._refill)
        thread.start()
        try:
            yield
        finally:
            self._enough.set()
            thread.join()

    def _refill(self) -> None:
        while not self._enough.wait(0.2):
            if self.count(DeliveryState.WAITING) < WAITING:
                self.fill()


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


def fill_in(port: int, sender: str) -> float:
    """Fill in one form; seconds of the last turn."""
    for text in ANSWERS:
        began = time.perf_counter()
        reply = say(port, sender, text)
        seconds = time.perf_counter() - began
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


def report(milliseconds: list[float], sent_per_second: float, waiting: int) -> None:
    """Print the figures."""
    p95 = statistics.quantiles(milliseconds, n=20)[-1]
    sys.stdout.write(
        f"{len(milliseconds)} forms, {PATIENTS} patients at once; meanwhile the relay sent "
        f"{sent_per_second:.0f} messages a second and {waiting} were waiting\n"
        f'until "Saved": p50 {statistics.median(milliseconds):.0f} ms, p95 {p95:.0f} ms, '
        f"max {max(milliseconds):.0f} ms\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
