"""A release is published while people chat, and one that does not start is taken back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

from deploy.rehearsal.topology import Topology
from mesobot import paths
from mesobot.release import before, current
from tests.faults.waiting import wait_until
from tests.production.visitors import new_route, resumes
from tests.web.browser import Browsers, Tab


def publish(
    topology: Topology, project: Path, *arguments: str, key: str = "", processes: str = ""
) -> subprocess.CompletedProcess[str]:
    """The real command, in an edited copy of the project."""
    environment = {
        **os.environ,
        "MESOBOT_RELEASE": str(project),
        "MESOBOT_SEAL_KEY": key or topology.environment["MESOBOT_SEAL_KEY"],
        "MESOBOT_RELEASES": str(topology.releases),
        "MESOBOT_PROCESSES": processes or f"{topology.processes},relay",
        "MESOBOT_RESTART": f"kill $(cat {topology.logs}/{{}}.pid) || true",  # it may just have ended
    }
    return subprocess.run(
        [sys.executable, "-m", "mesobot", "publish", *arguments],
        cwd=paths.ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def edited(topology: Topology, folder: Path, old: str, new: str) -> Path:
    """A copy of the project with another text in ``clinic.yml``; nothing to train anew."""
    project = folder / "project"
    project.mkdir()
    for name in ("data", "mesobot", "requirements"):
        (project / name).symlink_to(paths.ROOT / name)
    subprocess.run(["cp", "-r", *_copied(), str(project)], check=True)
    (project / "build" / "nlu").parent.mkdir()
    subprocess.run(["cp", "-r", str(paths.ROOT / "build" / "nlu"), project / "build"], check=True)
    (project / "widget").mkdir()
    subprocess.run(
        ["cp", "-r", str(paths.ROOT / "widget" / "dist"), project / "widget"], check=True
    )
    file = project / "clinic" / "clinic.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return project


def _copied() -> list[str]:
    names = ("clinic", "models", "config.yml", "domain.yml", "endpoints.yml")
    return [str(paths.ROOT / name) for name in (*names, "credentials.public.yml")]


@contextmanager
def chatting(tab: Tab):
    """Somebody asks all the time; every message must be answered, once."""
    ended, problems, asked = threading.Event(), [], []

    def ask() -> None:
        while not ended.is_set():
            try:
                # A message on its way while its process ends is sent again, as the widget does.
                turn = str(uuid.uuid4())
                ack = None
                for _ in range(60):
                    ack = tab.send("does it hurt?", turn=turn)
                    if ack and ack.get("ok"):
                        break
                    time.sleep(0.5)
                assert ack and ack["ok"], ack
                asked.append(turn)
                deadline = time.monotonic() + 30
                while not any(m["from"] == "bot" and m["seq"] > ack["seq"] for m in tab.shown):
                    assert time.monotonic() < deadline, f"no reply; last heard: {tab.names[-12:]}"
                    time.sleep(0.05)
                resumes(tab, tab.shown[-1]["seq"])
            except AssertionError as problem:
                problems.append(problem)
                return
            time.sleep(0.3)

    worker = threading.Thread(target=ask)
    worker.start()
    try:
        yield asked
    finally:
        ended.set()
        worker.join(60)
    assert not problems, problems


def test_new_content_is_published_without_a_pause(
    topology: Topology, browsers: Browsers, tmp_path: Path
) -> None:
    first = current(topology.releases)
    notice = "I am the clinic's automated helper, not a doctor."
    project = edited(
        topology, tmp_path, "I am the clinic's automated assistant, not a doctor.", notice
    )
    tab = browsers.session(topology.url, route=new_route())
    with chatting(tab) as asked:
        done = publish(topology, project, "--gate", "true")
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(asked) > 5
    second = current(topology.releases)
    assert second != first
    new = browsers.session(topology.url, route=new_route())
    assert notice in new.ask("does it hurt?")["text"]
    authors = [message["from"] for message in tab.shown]
    assert authors == ["patient", "bot"] * len(asked)

    # Content that cannot be used gets no further than the check.
    with (project / "clinic" / "clinic.yml").open("a", encoding="utf-8") as file:
        file.write("\nbroken: [\n")
    untouched = (topology.logs / "rasa-2.pid").read_text()
    with chatting(tab):
        done = publish(topology, project, "--gate", "true")
        assert done.returncode == 1
        assert current(topology.releases) == second
    assert (topology.logs / "rasa-2.pid").read_text() == untouched


def test_a_release_that_does_not_start_is_taken_back(
    topology: Topology, browsers: Browsers, tmp_path: Path
) -> None:
    """It was sealed with another key: no process takes it, and the one that tried goes back."""
    served = current(topology.releases)
    project = edited(topology, tmp_path, "Istanbul", "Izmir")
    tab = browsers.session(topology.url, route=new_route())
    untouched = (topology.logs / "rasa-2.pid").read_text()
    with chatting(tab):
        arguments = ("--gate", "true", "--patience", "6")
        done = publish(topology, project, *arguments, key="a key of somebody else, long enough")
        assert done.returncode == 1, done.stdout
        assert "is served, as before" in done.stderr
    assert current(topology.releases) == served
    assert served == max(topology.releases.glob("2*")), "one could go back to it by mistake"
    assert (topology.logs / "rasa-2.pid").read_text() == untouched
    assert "was not signed with this MESOBOT_SEAL_KEY" in topology.printed


def test_what_does_not_pass_a_gate_is_not_published(topology: Topology, tmp_path: Path) -> None:
    served = current(topology.releases)
    project = edited(topology, tmp_path, "Istanbul", "Izmir")
    done = publish(topology, project, "--gate", "false")
    assert done.returncode == 1
    assert "this gate was not passed" in done.stderr
    assert current(topology.releases) == served


def test_staff_go_back_to_the_release_before(topology: Topology, tmp_path: Path) -> None:
    project = edited(topology, tmp_path, "Istanbul", "Izmir")
    earlier, served = before(topology.releases), current(topology.releases)
    relay = (topology.logs / "relay.pid").read_text()
    done = publish(topology, project, "--back", processes="relay")
    assert done.returncode == 0, done.stdout + done.stderr
    assert current(topology.releases) == earlier != served
    wait_until(lambda: (topology.logs / "relay.pid").read_text() != relay, 30)
    done = publish(topology, project, "--back", processes="relay")
    assert done.returncode == 1
    assert "no release before" in done.stderr
