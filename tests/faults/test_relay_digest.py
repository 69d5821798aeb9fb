"""Several relays, and restarts: one digest a week all the same."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import select

from mesobot.consultation.tables import digests
from tests.faults.mail_peers import SmtpServer, smtp_settings
from tests.faults.relay_peers import Store, relays
from tests.faults.waiting import wait_until

DIGEST = {"MESOBOT_DIGEST_EMAIL": "staff@clinic.com.tr"}


def test_three_relays_and_a_restart_send_one_digest(tmp_path: Path, database_url: str) -> None:
    store = Store(database_url)
    with (
        SmtpServer() as server,
        relays(tmp_path, store.url, {**smtp_settings(server.port), **DIGEST}) as these,
    ):
        for _ in range(3):
            these.start()
        wait_until(lambda: is_sent(store), 60)
        assert [relay.terminate() for relay in these.started] == [0, 0, 0]
        again = these.start()
        reference = store.submit()
        store.wait_until_sent(reference)  # so it has looked
        time.sleep(1)
        assert again.terminate() == 0
        assert len([m for m in server.mails if b"What patients asked" in m]) == 1
    store.engine.dispose()


def test_while_the_mail_server_is_away_it_waits_for_the_next_try(
    tmp_path: Path, database_url: str
) -> None:
    store = Store(database_url)
    settings = {**smtp_settings(1), **DIGEST}  # nobody listens there
    with relays(tmp_path, store.url, settings) as these:
        relay = these.start()
        wait_until(lambda: "weekly digest not sent" in relay.printed(), 60)
        assert relay.terminate() == 0
    assert not is_sent(store)
    with store.engine.connect() as connection:
        row = connection.execute(select(digests)).one()
    assert (row.attempts, row.lease) == (1, None)
    assert row.due_at is not None
    store.engine.dispose()


def is_sent(store: Store) -> bool:
    with store.engine.connect() as connection:
        return connection.execute(select(digests.c.sent_at)).scalar() is not None
