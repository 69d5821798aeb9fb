"""Without a mail server: the relay and the catcher as processes, and a mail in a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

from mesobot import paths
from mesobot.consultation.relay_watch import read_status
from mesobot.consultation.request import DeliveryState
from mesobot.running import free_port
from tests.faults.relay_peers import CLINIC_EMAIL, EMAIL, NAME, Store, relays
from tests.faults.waiting import wait_until

CATCH = """
import sys
from pathlib import Path
from mesobot.consultation.delivery.catcher import run_catcher
sys.exit(run_catcher(int(sys.argv[1]), Path(sys.argv[2])))
"""


def test_a_mail_is_kept_as_a_file_and_waits_as_long_as_there_is_no_catcher(
    tmp_path: Path, database_url: str
) -> None:
    port, folder, log = free_port(), tmp_path / "mail", tmp_path / "catcher.log"
    store = Store(database_url)
    with relays(tmp_path, store.url, {"MESOBOT_CATCHER_PORT": str(port)}) as these:
        relay = these.start()
        reference = store.submit(CLINIC_EMAIL)
        wait_until(lambda: store.problem(reference) == "no connection", 30)
        with log.open("wb") as out:
            command = [sys.executable, "-W", "ignore", "-c", CATCH, str(port), str(folder)]
            catcher = subprocess.Popen(
                command, cwd=paths.ROOT, env=dict(os.environ), stdout=out, stderr=out
            )
        try:
            wait_until(lambda: store.state(reference) is DeliveryState.KEPT, 30)
        finally:
            catcher.send_signal(signal.SIGTERM)
        assert catcher.wait(10) == 0
        status = read_status(relay.status_file)
        assert status is not None
        assert status.caught, "nobody may believe that it was delivered"
    (file,) = folder.iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["Subject"] == f"Consultation request {reference}"
    printed = log.read_text(encoding="utf-8")
    assert str(file) in printed
    assert not any(word in printed + relay.printed() for word in (NAME, EMAIL))
