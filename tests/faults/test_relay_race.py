"""Eight relays on one database."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mesobot.consultation.outbox import DeliveryState
from tests.faults.mail_peers import SmtpServer, smtp_settings
from tests.faults.relay_peers import Store, relays
from tests.faults.waiting import wait_until

RELAYS, REQUESTS = 8, 60


def test_eight_relays_send_each_mail_once(tmp_path: Path, database_url: str) -> None:
    store = Store(database_url)
    with SmtpServer() as server, relays(tmp_path, store.url, smtp_settings(server.port)) as these:
        for _ in range(RELAYS):
            these.start(lease=60.0, idle=0.2)
        these.wait_until_ready()
        for _ in range(REQUESTS):
            store.submit()
        wait_until(lambda: store.outbox.counts()[DeliveryState.SENT] == REQUESTS, 30)
        statuses = [relay.terminate() for relay in these.started]
        taking_part = sum(" delivery " in relay.printed() for relay in these.started)
    assert statuses == [0] * RELAYS, "each of them ran until it was told to end"
    assert taking_part > 1, "there was a race"
    assert len(server.accepted) == REQUESTS
    assert set(Counter(server.accepted).values()) == {1}
    store.engine.dispose()
