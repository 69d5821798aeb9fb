"""What a patient says, through the whole of production: in no log, sealed where it is kept, erasable."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from deploy.rehearsal.programs import program
from deploy.rehearsal.topology import Topology
from mesobot import paths
from tests.production.visitors import new_route
from tests.web.browser import Browsers

NAME, ADDRESS, REMARK = "Quuxpebble", "quuxpebble@corge.com", "umbrellapebble"
CANARIES = (NAME, ADDRESS, REMARK)


def dump(topology: Topology, variable: str) -> str:
    """A whole database as text, as a backup would have it."""
    command = [str(program("initdb").with_name("pg_dump")), topology.environment[variable]]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def mails(topology: Topology) -> list[Path]:
    """The clinic's and the patient's mailbox stand in for each other here."""
    folder = Path(topology.environment["MESOBOT_STATE"]) / "mail"
    found = sorted(folder.glob("*.eml"))
    return [each for each in found if ADDRESS in each.read_text(encoding="utf-8")]


def found_in(text: str) -> set[str]:
    return {canary for canary in CANARIES if canary.lower() in text.lower()}


def test_a_canary_is_in_no_log_and_nowhere_after_erasure(
    topology: Topology, browsers: Browsers
) -> None:
    tab = browsers.session(topology.url, route=new_route())
    tab.ask(f"does it hurt more than a {REMARK}?")
    for answer in ("book", "2", f"Ada {NAME}", ADDRESS, "acne scars", "weekend", "yes"):
        tab.ask(answer)
    saved = tab.ask("yes")["text"]
    reference = re.search(r"M-[A-Z0-9]{6}", saved)
    assert reference, saved
    deadline = time.monotonic() + 60
    while len(mails(topology)) < 2:  # one to the clinic, one to the patient
        assert time.monotonic() < deadline, "the mails did not arrive"
        time.sleep(0.5)
    assert found_in(topology.printed) == set()
    assert found_in(dump(topology, "MESOBOT_REQUESTS_DB")) == set(), "contacts are not sealed"
    assert found_in(dump(topology, "MESOBOT_TRACKER_DB")) == set(CANARIES)

    command = ["requests", "erase", reference[0], "--yes", "--as", "Umut"]
    done = subprocess.run(
        [sys.executable, "-m", "mesobot", *command], cwd=paths.ROOT,
        env={**os.environ, **topology.environment}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert "Conversations removed: 1." in done.stdout, done.stdout + done.stderr
    assert found_in(dump(topology, "MESOBOT_TRACKER_DB")) == set()
    assert found_in(dump(topology, "MESOBOT_REQUESTS_DB")) == set()
    assert reference[0] not in dump(topology, "MESOBOT_TRACKER_DB")
    assert found_in(topology.printed) == set()
