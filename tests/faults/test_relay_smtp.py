"""Mail servers that refuse, hang, break off or do not encrypt, and relays that are killed."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from mesobot.consultation.outbox import DeliveryState
from mesobot.consultation.request import State
from mesobot.consultation.tables import requests
from tests.faults.mail_peers import SmtpServer, Wiretap, certificate, smtp_settings
from tests.faults.relay_peers import EMAIL, NAME, RelayProcess, Relays, Store, relays
from tests.faults.waiting import wait_until
from tests.postgresql import new_database

USER, PASSWORD = "assistant", "s3cret-word"
LOGIN = {"MESOBOT_SMTP_USER": USER, "MESOBOT_SMTP_PASSWORD": PASSWORD}


@dataclass
class Post:
    """A mail server, a store, and the relay between them."""

    server: SmtpServer
    store: Store
    relays: Relays


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def post(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("post")
    sqlite = request.param == "sqlite"
    store = Store(f"sqlite:///{folder / 'requests.db'}" if sqlite else new_database())
    with (
        SmtpServer() as server,
        relays(folder, store.url, smtp_settings(server.port)) as these,
    ):
        these.start()
        these.wait_until_ready()
        yield Post(server, store, these)
        printed = these.started[0].printed()
        assert not any(word in printed for word in (NAME, EMAIL, "Traceback", "never retrieved"))


def ids_received(post: Post, *script: str) -> tuple[str, list[str]]:
    """Reference of a request whose mail met this script, and the Message-IDs that came in."""
    before = len(post.server.received)
    post.server.script[:] = script
    reference = post.store.submit()
    post.store.wait_until_sent(reference)
    return reference, post.server.received[before:]


def test_a_request_reaches_the_clinics_inbox(post: Post) -> None:
    reference, ids = ids_received(post)
    mail = message_from_bytes(post.server.mails[-1], policy=policy.default)
    assert ids == [mail["Message-ID"]]
    assert mail["To"] == "inbox@clinic.com.tr"
    assert mail["Reply-To"] == EMAIL
    assert mail["Subject"] == f"Consultation request {reference}"
    assert post.store.request(reference).state is State.NOTIFIED


@pytest.mark.parametrize("step", ["451", "421"])
def test_a_passing_refusal_is_retried_until_the_mail_is_taken_once(post: Post, step: str) -> None:
    before = len(post.server.accepted)
    reference, _ = ids_received(post, step, step)
    assert len(post.server.accepted) - before == 1
    assert post.store.request(reference).deliveries[0].attempts == 3


@pytest.mark.parametrize("step", ["hang", "reset"])
def test_a_mail_of_unknown_fate_is_sent_again_with_the_same_message_id(
    post: Post, step: str
) -> None:
    _, ids = ids_received(post, step)
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_server_that_closes_after_its_250_has_the_mail(post: Post) -> None:
    _, ids = ids_received(post, "close")
    assert len(ids) == 1


def test_an_answer_that_takes_three_seconds_is_waited_for(post: Post) -> None:
    _, ids = ids_received(post, "late")
    assert len(ids) == 1


def test_a_final_refusal_is_a_visible_dead_letter_until_staff_retry(post: Post) -> None:
    post.server.script[:] = ["550"]
    reference = post.store.submit()
    wait_until(lambda: post.store.state(reference) is DeliveryState.DEAD)
    assert post.store.problem(reference) == "550 at RCPT"
    assert post.store.request(reference).state is State.NEW
    assert post.store.outbox.oldest_undelivered() is not None
    assert post.store.service.retry(reference) == 1
    post.store.wait_until_sent(reference)


def test_a_relay_killed_between_250_and_marking_sends_the_same_message_id_again(
    tmp_path: Path, database_url: str
) -> None:
    store = Store(database_url)
    with SmtpServer() as server, relays(tmp_path, store.url, smtp_settings(server.port)) as these:
        first = these.start(lease=3.0, timeout=2.0)
        these.wait_until_ready()
        reference = store.submit()
        server.script[:] = ["slow"]
        wait_until(lambda: server.received)
        with store.engine.begin() as other:
            # Somebody else is writing: SQLite locks the file, PostgreSQL the row.
            other.execute(select(requests).with_for_update())
            wait_until(lambda: server.farewells)  # the relay has its 250 and waits to mark it
            first.kill()
        assert store.state(reference) is DeliveryState.WAITING
        these.start(lease=3.0, timeout=2.0)
        store.wait_until_sent(reference)
    assert len(server.accepted) == 2
    assert len(set(server.accepted)) == 1
    store.engine.dispose()


def test_a_relay_that_is_told_to_end_finishes_its_mail(tmp_path: Path, database_url: str) -> None:
    store = Store(database_url)
    with SmtpServer() as server, relays(tmp_path, store.url, smtp_settings(server.port)) as these:
        relay = these.start(parallel=1)
        these.wait_until_ready()
        server.script[:] = ["slow"]
        first, second = store.submit(), store.submit()
        wait_until(lambda: server.received)
        assert relay.terminate() == 0
    assert store.is_sent(first)
    assert store.state(second) is DeliveryState.WAITING


@dataclass
class Tapped:
    """A server whose connections are listened to."""

    server: SmtpServer
    tap: Wiretap
    store: Store
    relays: Relays

    def alarm(self, text: str) -> RelayProcess:
        """Start a relay, wait until it has complained; its log."""
        self.reference = self.store.submit()
        relay = self.relays.start()
        wait_until(lambda: text in relay.printed(), 30)
        wait_until(lambda: self.store.problem(self.reference) == text)
        return relay

    def secrets_heard(self) -> list[bytes]:
        plain = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
        secrets = [PASSWORD.encode(), base64.b64encode(PASSWORD.encode()), plain, b"AUTH", b"MAIL"]
        return [secret for secret in secrets if secret in self.tap.heard]


@pytest.fixture
def tapped(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> Iterator[Tapped]:
    """With the certificate and the security that the test asks for."""
    host, security, trusted = request.param
    options: dict[str, object] = {"auth_require_tls": False}
    settings = dict(LOGIN)
    if host is not None:
        path, context = certificate(tmp_path, host)
        other, _ = certificate(tmp_path, "other.clinic.com.tr")
        settings["MESOBOT_SMTP_CA_FILE"] = str(path if trusted else other)
        options["ssl_context" if security == "tls" else "tls_context"] = context
    store = Store(database_url)
    with SmtpServer(**options) as server:
        tap = Wiretap(server.port)
        with relays(tmp_path, store.url, smtp_settings(tap.port, security, **settings)) as these:
            yield Tapped(server, tap, store, these)
        tap.close()


@pytest.mark.parametrize("tapped", [(None, "starttls", True)], indirect=True)
def test_no_credentials_and_no_mail_go_to_a_server_that_does_not_encrypt(tapped: Tapped) -> None:
    relay = tapped.alarm("no STARTTLS")
    assert relay.printed().count("settings must be corrected") == 1
    assert tapped.store.state(tapped.reference) is DeliveryState.WAITING
    assert b"EHLO" in tapped.tap.heard
    assert not tapped.secrets_heard()
    assert not tapped.server.logins


@pytest.mark.parametrize(
    "tapped",
    [("127.0.0.1", "starttls", True), ("127.0.0.1", "tls", True)],
    indirect=True,
    ids=["starttls", "tls"],
)
def test_with_encryption_it_logs_in_and_sends(tapped: Tapped) -> None:
    reference = tapped.store.submit()
    tapped.relays.start()
    tapped.store.wait_until_sent(reference, 30)
    assert tapped.server.logins == [(USER.encode(), PASSWORD.encode())]
    assert not tapped.secrets_heard()
    assert EMAIL.encode() not in tapped.tap.heard


@pytest.mark.parametrize(
    "tapped",
    [
        ("127.0.0.1", "starttls", False),
        ("mail.clinic.com.tr", "starttls", True),
        ("127.0.0.1", "tls", False),
    ],
    indirect=True,
    ids=["unknown issuer", "another host's name", "unknown issuer, tls"],
)
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(tapped: Tapped) -> None:
    tapped.alarm("certificate not trusted")
    assert tapped.store.state(tapped.reference) is DeliveryState.WAITING
    assert not tapped.secrets_heard()
    assert not tapped.server.received


def test_wrong_credentials_raise_one_alarm_and_no_storm(tmp_path: Path, database_url: str) -> None:
    path, context = certificate(tmp_path, "127.0.0.1")
    store = Store(database_url)
    wrong = {**LOGIN, "MESOBOT_SMTP_PASSWORD": "wrong", "MESOBOT_SMTP_CA_FILE": str(path)}
    with SmtpServer(tls_context=context) as server:
        settings = smtp_settings(server.port, "starttls", **wrong)
        with relays(tmp_path, store.url, settings) as these:
            references = [store.submit() for _ in range(20)]
            relay = these.start(parallel=1)
            wait_until(lambda: all(store.problem(one) for one in references), 30)
            threading.Event().wait(1)
            assert relay.printed().count("settings must be corrected") == 1
            assert "wrong" not in relay.printed()
    assert server.logins == [(USER.encode(), b"wrong")]
    assert {store.state(one) for one in references} == {DeliveryState.WAITING}
