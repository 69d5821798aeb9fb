"""Makes the picture in docs/insight.md: holds the conversations of docs/examples/week.jsonl.

The whole assistant runs for it, on free ports and in a folder of its own. What was said now is
then dated to the last two weeks, and staff seem to have answered most of the requests.
Usage: digest_pictures.py [NEW FOLDER], where everything is left to look at.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from mesobot import paths
from mesobot.chats.database import events, open_chats
from mesobot.consultation.clock import utc_now
from mesobot.consultation.database import open_database
from mesobot.consultation.request import State
from mesobot.consultation.tables import audit, requests
from mesobot.insight.period import Period, last_week
from mesobot.knowledge.zone import ISTANBUL
from mesobot.running import free_port, wait_for

CONVERSATIONS = paths.ROOT / "docs" / "examples" / "week.jsonl"
PICTURES = paths.ROOT / "docs" / "images"
NAME = "digest"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ANSWERED_AFTER = (timedelta(minutes=25), timedelta(hours=2), timedelta(hours=13))
"""The first requests; the others still wait."""
_SECONDS_TO_TYPE = (8, 50)


def main() -> None:
    """Hold, date, and take the picture."""
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    folder = given or Path(tempfile.mkdtemp(prefix="mesobot-digest-"))
    if given:
        folder.mkdir(parents=True)  # a new one: nobody's conversations are dated anew
    week = last_week(utc_now(), ISTANBUL)
    try:
        with assistant(folder) as (port, environment):
            begins = hold(port, week)
        date_chats(environment["MESOBOT_TRACKER_DB"], begins)
        date_requests(folder / "state" / "requests.db", begins)
        page = folder / "digest.html"
        command = [sys.executable, "-m", "mesobot", "digest", "--file", str(page)]
        subprocess.run(command, cwd=paths.ROOT, env=environment, check=True)
        target = [str(folder), NAME, "all"] if given else [str(PICTURES), NAME]
        node = ["node", "scripts/page_pictures.mjs", str(page), *target]
        subprocess.run(node, cwd=paths.ROOT, env=environment, check=True)
    finally:
        if given is None:
            shutil.rmtree(folder)


@contextmanager
def assistant(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The assistant as `make run` starts it; its port, and the settings that it runs with."""
    names = ("PORT", "ACTIONS_PORT", "CATCHER_PORT", "DEMO_PORT")
    ports = {f"MESOBOT_{name}": str(free_port()) for name in names}
    here = {
        "MESOBOT_STATE": str(folder / "state"),
        "MESOBOT_TRACKER_DB": str(folder / "conversations.db"),
    }
    path = f"{paths.ROOT}/.cache/node/bin{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **ports, **here, "PATH": path}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mesobot", "run"],
            cwd=paths.ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        port = int(ports["MESOBOT_PORT"])
        alive = lambda: process.poll() is None  # noqa: E731
        actions = f"http://127.0.0.1:{ports['MESOBOT_ACTIONS_PORT']}/health"
        rasa = f"http://127.0.0.1:{port}/webhooks/rest/"
        if not (wait_for(rasa, 240, alive) and wait_for(actions, 60, alive)):
            raise RuntimeError((folder / "log").read_text(encoding="utf-8")[-3000:])
        yield port, environment
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def hold(port: int, week: Period) -> dict[str, datetime]:
    """Hold all conversations; when each is to have begun, by its sender."""
    begins = {}
    for number, line in enumerate(CONVERSATIONS.read_text(encoding="utf-8").splitlines()):
        which, when, *turns = json.loads(line)
        sender = f"example-{number}"
        for text in turns:
            say(port, sender, text)
        period = week.before if which == "before" else week
        day, clock = when.split()
        hour, minute = map(int, clock.split(":"))
        offset = timedelta(days=_DAYS.index(day), hours=hour, minutes=minute)
        begins[sender] = period.since + offset
    return begins


def say(port: int, sender: str, text: str) -> Any:
    """One turn."""
    address = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def date_chats(file: str, begins: dict[str, datetime]) -> None:
    """Let each conversation have begun when it is to, with time to type in between."""
    dice = random.Random(7)  # noqa: S311 - no secret
    with open_chats(f"sqlite:///{file}").begin() as connection:
        for sender, begin in begins.items():
            mine = select(events.c.id, events.c.type_name).where(events.c.sender_id == sender)
            at = begin.timestamp()
            for row in connection.execute(mine.order_by(events.c.id)).all():
                at += dice.uniform(*_SECONDS_TO_TYPE) if row.type_name == "user" else 0.01
                this = update(events).where(events.c.id == row.id)
                connection.execute(this.values(timestamp=at))


def date_requests(file: Path, begins: dict[str, datetime]) -> None:
    """Date the requests alike, and let staff have answered the first ones."""
    held = [json.loads(line) for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines()]
    asked = [begins[f"example-{n}"] for n, turns in enumerate(held) if turns[-2:] == ["yes"] * 2]
    with open_database(f"sqlite:///{file}").begin() as connection:
        rows = connection.execute(select(requests.c.id).order_by(requests.c.id)).scalars().all()
        for number, (row, begin) in enumerate(zip(rows, asked, strict=True)):
            made = begin + timedelta(minutes=4)
            values: dict[str, Any] = {"created_at": made, "updated_at": made}
            if number < len(_ANSWERED_AFTER):
                at = made + _ANSWERED_AFTER[number]
                values |= {"state": State.CONTACTED, "claimed_by": "Umut", "updated_at": at}
                done = {"request_id": row, "at": at, "action": "contacted", "actor": "Umut"}
                connection.execute(insert(audit).values(done))
            elif number == len(_ANSWERED_AFTER):
                values |= {"state": State.CLAIMED, "claimed_by": "Umut"}
            else:
                values |= {"state": State.NOTIFIED}
            connection.execute(update(requests).where(requests.c.id == row).values(values))


if __name__ == "__main__":
    main()
