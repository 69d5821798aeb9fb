"""Relays as processes, and the store that they deliver from."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from mesobot import paths
from mesobot.consultation.clock import Clock, utc_now
from mesobot.consultation.database import open_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.outbox import DeliveryKind, DeliveryState, Outbox
from mesobot.consultation.request import Consent, NewRequest, StoredRequest, Way
from mesobot.consultation.service import ConsultationService
from tests.faults.waiting import wait_until

NAME, EMAIL = "Ayşe Canary", "canary@patient.com"
CLINIC_EMAIL, CLINIC_WHATSAPP = DeliveryKind.CLINIC_EMAIL, DeliveryKind.CLINIC_WHATSAPP
QUICK = {"timeout": 3.5, "lease": 8.0, "idle": 0.05, "look": 0.2}
CLINIC_FILE = """
city: Istanbul
contact: {whatsapp: "+90 543 197 43 20", whatsapp_greeting: "Hello", email: "inbox@clinic.com.tr"}
emergency: {number: "112", country: "Türkiye"}
notices: {automated: "I am a machine.", results_differ: "Results differ."}
"""


@dataclass
class Store:
    """A database of requests, seen from outside the relay."""

    url: str
    clock: Clock = utc_now
    kinds: tuple[DeliveryKind, ...] = (CLINIC_EMAIL,)
    number: int = 0

    def __post_init__(self) -> None:
        self.engine = open_database(self.url)
        self.outbox = Outbox(self.engine, Sealer(), self.clock)
        self.service = ConsultationService(self.engine, Sealer(), self.clock, lambda _: self.kinds)

    def submit(self, *kinds: DeliveryKind) -> str:
        """Hand in another request that calls for these messages; its reference."""
        self.kinds = kinds or (CLINIC_EMAIL,)
        self.number += 1
        consent = Consent("1", "1", "en", self.clock())
        request = NewRequest(
            conversation=f"conversation-{self.number}",
            form=f"form-{self.number}",
            way=Way.EMAIL,
            name=NAME,
            contact=EMAIL,
            concern="pigment and dull skin",
            preferred_time=None,
            channel="web",
            consent=consent,
        )
        return self.service.submit(request).reference

    def request(self, reference: str) -> StoredRequest:
        found = self.service.find(reference)
        assert found is not None
        return found

    def states(self, reference: str) -> dict[DeliveryKind, DeliveryState]:
        return {one.kind: one.state for one in self.request(reference).deliveries}

    def state(self, reference: str) -> DeliveryState:
        """State of its one message."""
        (state,) = self.states(reference).values()
        return state

    def problem(self, reference: str) -> str | None:
        """Last problem of its first message."""
        return self.request(reference).deliveries[0].last_problem

    def is_sent(self, reference: str) -> bool:
        return self.state(reference) is DeliveryState.SENT

    def wait_until_sent(self, reference: str, seconds: float = 15) -> None:
        wait_until(lambda: self.is_sent(reference), seconds)


@dataclass
class RelayProcess:
    """A relay that runs, and what it printed."""

    process: subprocess.Popen[bytes]
    log: Path
    status_file: Path

    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait(10) == -signal.SIGKILL

    def terminate(self) -> int:
        """Ask it to end; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@dataclass
class Relays:
    """Starts relays for one store, and ends them."""

    folder: Path
    url: str
    settings: dict[str, str] = field(default_factory=dict)
    started: list[RelayProcess] = field(default_factory=list)

    def start(self, settings: dict[str, str] | None = None, **pace: float) -> RelayProcess:
        number = len(self.started)
        clinic_file = self.folder / "clinic.yml"
        ways = yaml.safe_load((paths.CLINIC / "clinic.yml").read_text("utf-8"))["to_a_person"]
        clinic_file.write_text(f"{CLINIC_FILE}\nto_a_person: {json.dumps(ways)}\n", "utf-8")
        log, status_file = self.folder / f"relay{number}.log", self.folder / f"relay{number}.json"
        outside = {k: v for k, v in os.environ.items() if not k.startswith("MESOBOT_")}
        environment = {
            **outside,
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "MESOBOT_REQUESTS_DB": self.url,
            "MESOBOT_STATE": str(self.folder / "state"),  # the relay erases what is old in there
            **self.settings,
            **(settings or {}),
        }
        command = [sys.executable, "-W", "ignore", "-m", "tests.faults.relay_worker"]
        arguments = [str(clinic_file), str(status_file), json.dumps({**QUICK, **pace})]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, *arguments], cwd=paths.ROOT, env=environment, stdout=out, stderr=out
            )
        self.started.append(RelayProcess(process, log, status_file))
        return self.started[-1]

    def wait_until_ready(self) -> None:
        for relay in self.started:
            wait_until(relay.status_file.exists, 40)


@contextmanager
def relays(folder: Path, url: str, settings: dict[str, str]) -> Iterator[Relays]:
    """Relays that end with the test."""
    these = Relays(folder, url, settings)
    try:
        yield these
    finally:
        for relay in these.started:
            if relay.process.poll() is None:
                relay.process.kill()
                relay.process.wait(10)
