from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from mesobot.consultation import database, traces
from mesobot.consultation.database import open_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.request import Consent, DeliveryState, State
from mesobot.consultation.tables import audit, consents, outbox, requests
from mesobot.consultation.transactions import reading
from tests.unit.consultation.requests import GIVEN_AT, Store, a_request

CANARIES = ("Canary Quux", "canary@quux.org", "canary-concern", "canary-time", "canary-sender")


def submit_canary(store: Store, **changes: str) -> str:
    name, contact, concern, preferred_time, conversation = CANARIES
    values = {
        "name": name,
        "contact": contact,
        "concern": concern,
        "preferred_time": preferred_time,
        "conversation": conversation,
    }
    return store.submit(**{**values, **changes})


def everything(engine: Engine) -> str:
    tables = (requests, consents, outbox, audit)
    with reading(engine) as connection:
        return "\n".join(str(tuple(row)) for t in tables for row in connection.execute(select(t)))


def test_an_erased_request_holds_nothing_about_the_person(store: Store) -> None:
    reference = submit_canary(store)
    store.outbox.retry_at(store.outbox.claim()[0], GIVEN_AT, "451 canary-problem")
    store.clock.advance(minutes=7)
    erasure = store.privacy.erase(reference.lower(), "Deniz")
    assert erasure.references == (reference,)
    assert erasure.traces_removed
    erased = store.service.find(reference)
    assert erased is not None
    assert erased.state is State.ERASED
    assert (erased.name, erased.contact, erased.concern, erased.preferred_time) == (
        "",
        "",
        "",
        None,
    )
    assert erased.updated_at == store.clock.now
    kept = everything(store.engine)
    assert reference in kept
    for canary in (*CANARIES, "canary-problem"):
        assert canary not in kept
    for part in (store.sealer.pseudonym("canary-sender"), "'en'"):
        assert part not in kept


def test_the_consent_ledger_keeps_versions_and_times_and_the_trail_who_did_what(
    store: Store,
) -> None:
    reference = submit_canary(store)
    store.privacy.erase(reference, "Deniz")
    with reading(store.engine) as connection:
        consent = connection.execute(select(consents)).one()
        lines = [(line.action, line.actor) for line in connection.execute(select(audit))]
    assert (consent.notice_version, consent.consent_version) == ("notice-1", "consent-1")
    assert consent.given_at == GIVEN_AT
    assert lines == [("submitted", "patient"), ("erased", "Deniz")]


def test_messages_that_were_not_sent_are_cancelled_for_good(store: Store) -> None:
    reference = submit_canary(store)
    waiting, dead = store.outbox.claim(limit=2)
    store.outbox.give_up(dead, "550")
    store.privacy.erase(reference, "Deniz")
    assert not store.outbox.sent(waiting)
    assert store.service.retry(reference) == 0
    store.clock.advance(days=1)
    assert store.outbox.claim() == []
    assert store.outbox.counts()[DeliveryState.CANCELLED] == 2


def test_messages_that_were_sent_stay_sent(store: Store) -> None:
    reference = submit_canary(store)
    store.deliver_all()
    store.privacy.erase(reference, "Deniz")
    assert store.outbox.counts()[DeliveryState.SENT] == 2


def test_erasing_twice_or_the_unknown_changes_nothing(store: Store) -> None:
    reference = submit_canary(store)
    store.privacy.erase(reference, "Deniz")
    before = everything(store.engine)
    assert store.privacy.erase(reference, "Umut").references == ()
    assert store.privacy.erase("M-222222", "Umut").references == ()
    assert store.privacy.erase("nonsense", "Umut").references == ()
    assert everything(store.engine) == before


def test_the_same_request_after_an_erasure_is_a_new_one(store: Store) -> None:
    reference = submit_canary(store)
    store.privacy.erase(reference, "Deniz")
    assert submit_canary(store) != reference


def test_a_conversation_is_erased_with_all_its_requests_and_no_others(store: Store) -> None:
    mine = [submit_canary(store, form=form) for form in "12"]
    other = store.submit(conversation="web-2")
    erasure = store.privacy.erase_conversation("canary-sender")
    assert sorted(erasure.references) == sorted(mine)
    assert store.privacy.erase_conversation("canary-sender").references == ()
    kept = store.service.find(other)
    assert kept is not None
    assert (kept.state, kept.name) == (State.NEW, "Ada Lovelace")


def test_a_conversation_is_told_what_is_known_and_to_what_it_agreed(store: Store) -> None:
    first, second = (submit_canary(store, form=form) for form in "12")
    store.submit(conversation="web-2")
    known = store.privacy.what_is_known("canary-sender")
    assert [entry.request.reference for entry in known] == [first, second]
    assert known[0].request.name == "Canary Quux"
    assert known[0].consents == (Consent("notice-1", "consent-1", "en", GIVEN_AT),)
    store.privacy.erase(first, "Deniz")
    assert [e.request.reference for e in store.privacy.what_is_known("canary-sender")] == [second]
    assert store.privacy.what_is_known("nobody") == []


def test_a_conversation_is_found_after_the_key_was_changed(engine: Engine) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    references = {
        submit_canary(Store(engine, Sealer(used)), form=str(len(used))) for used in ([], keys[1:])
    }
    now = Store(engine, Sealer(keys))
    known = now.privacy.what_is_known("canary-sender")
    assert {entry.request.reference for entry in known} == references
    assert set(now.privacy.erase_conversation("canary-sender").references) == references


def test_closed_and_erased_requests_are_deleted_when_they_are_old(store: Store) -> None:
    closed, erased, open_, young = (store.submit(form=form) for form in "1234")
    store.service.close(closed, "Deniz")
    store.privacy.erase(erased, "Deniz")
    store.clock.advance(days=20)
    store.service.close(young, "Deniz")
    assert store.privacy.purge(timedelta(days=30)) == 0
    store.clock.advance(days=11)
    assert store.privacy.purge(timedelta(days=30)) == 2
    assert [store.service.find(reference) is None for reference in (closed, erased)] == [True] * 2
    assert [store.service.find(reference) is None for reference in (open_, young)] == [False] * 2
    with reading(store.engine) as connection:
        for table, expected in ((consents, 2), (outbox, 4), (audit, 3)):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == expected


def test_messages_under_way_are_nobodys_once_their_request_is_deleted(store: Store) -> None:
    reference = store.submit()
    first, second = store.outbox.claim(limit=2)
    store.service.close(reference, "Deniz")
    store.clock.advance(days=31)
    store.privacy.purge(timedelta(days=30))
    assert not store.outbox.sent(first)
    assert not store.outbox.retry_at(second, store.clock.now, "451")
    assert not store.outbox.give_up(second, "550")


def raw_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.fixture
def on_disk(tmp_path: Path) -> Store:
    return Store(open_database(f"sqlite:///{tmp_path / 'requests.db'}"))


def some_traffic(store: Store) -> None:
    """Fills, splits and frees pages, so that old bytes would lie about."""
    for number in range(60):
        reference = store.submit(form=f"filler-{number}", name=f"Filler {'x' * 70}")
        if number % 3 == 0:
            store.service.close(reference, "Deniz")


def test_after_erasing_not_even_the_files_hold_a_byte_of_it(on_disk: Store, tmp_path: Path) -> None:
    some_traffic(on_disk)
    reference = submit_canary(on_disk)
    some_traffic(on_disk)
    pseudonym = on_disk.sealer.pseudonym("canary-sender")
    assert all(canary.encode() in raw_bytes(tmp_path) for canary in CANARIES[:4])
    assert pseudonym.encode() in raw_bytes(tmp_path)
    assert on_disk.privacy.erase(reference, "Deniz").traces_removed
    left = raw_bytes(tmp_path)
    assert reference.encode() in left
    for canary in (*CANARIES, pseudonym):
        assert canary.encode() not in left


def test_after_the_purge_not_even_the_files_hold_a_byte_of_it(
    on_disk: Store, tmp_path: Path
) -> None:
    reference = submit_canary(on_disk)
    on_disk.service.close(reference, "Deniz")
    on_disk.clock.advance(days=31)
    on_disk.privacy.purge(timedelta(days=30))
    left = raw_bytes(tmp_path)
    for trace in (*CANARIES, reference):
        assert trace.encode() not in left


def test_traces_that_could_not_be_removed_are_said_and_removed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(database.PRAGMAS, "busy_timeout", "100")
    monkeypatch.setattr(traces, "LIMIT", 0.3)
    on_disk = Store(open_database(f"sqlite:///{tmp_path / 'requests.db'}"))
    reference = submit_canary(on_disk)
    with reading(on_disk.engine) as reader:  # keeps the old pages alive
        reader.execute(select(requests)).all()
        erasure = on_disk.privacy.erase(reference, "Deniz")
    assert erasure.references == (reference,)
    assert not erasure.traces_removed
    assert "old bytes remain" in caplog.text
    assert on_disk.privacy.remove_traces()
    assert CANARIES[0].encode() not in raw_bytes(tmp_path)


def test_the_log_does_not_say_who_was_erased(
    on_disk: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    on_disk.privacy.erase(submit_canary(on_disk), "Deniz")
    on_disk.service.submit(a_request(name="Canary Quux", form="again"))
    assert "Canary" not in caplog.text
    assert "quux.org" not in caplog.text


def test_a_request_that_nobody_touched_for_long_is_erased_whatever_its_state(store: Store) -> None:
    old = submit_canary(store)
    sent = store.deliver_all()
    store.clock.advance(days=31)
    young = store.submit(form="2")
    erasure = store.privacy.erase_old(timedelta(days=30))
    assert erasure.references == (old,)
    assert sorted(erasure.message_ids) == sorted(sent)
    assert sorted(store.privacy.erased_message_ids()) == sorted(sent)
    kept = store.service.find(young)
    assert kept is not None
    assert kept.state is State.NEW
    with reading(store.engine) as connection:
        actors = connection.execute(select(audit.c.actor).where(audit.c.action == "erased"))
        assert actors.scalars().all() == ["retention"]
