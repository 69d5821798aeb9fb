from datetime import datetime, timezone

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from mesobot.consultation import service as service_module
from mesobot.consultation.encryption import SealedError, Sealer
from mesobot.consultation.request import Consent, DeliveryKind, DeliveryState, State, Way
from mesobot.consultation.service import (
    ConsultationService,
    NotSavedError,
    UnknownReferenceError,
    WrongStateError,
)
from mesobot.consultation.tables import audit, consents, outbox, requests
from mesobot.consultation.transactions import reading
from tests.unit.consultation.requests import GIVEN_AT, HandClock, Store, a_request


def rows(engine: Engine, table: object) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def trail(store: Store) -> list[tuple[str, str]]:
    with reading(store.engine) as connection:
        lines = connection.execute(select(audit).order_by(audit.c.id))
        return [(line.action, line.actor) for line in lines]


def test_a_request_is_stored_as_it_was_handed_in(store: Store) -> None:
    receipt = store.service.submit(a_request())
    assert not receipt.repeated
    stored = store.service.find(receipt.reference)
    assert stored is not None
    assert stored.reference == receipt.reference
    assert stored.state is State.NEW
    assert stored.way is Way.EMAIL
    assert (stored.name, stored.contact) == ("Ada Lovelace", "ada@lovelace.org")
    assert (stored.concern, stored.preferred_time) == ("pigment and dull skin", "weekday mornings")
    assert stored.channel == "web"
    assert stored.created_at == stored.updated_at == GIVEN_AT
    assert stored.claimed_by is None
    assert [(delivery.kind, delivery.state) for delivery in stored.deliveries] == [
        (DeliveryKind.CLINIC_EMAIL, DeliveryState.WAITING),
        (DeliveryKind.PATIENT_EMAIL, DeliveryState.WAITING),
    ]
    with reading(store.engine) as connection:
        consent = connection.execute(select(consents)).one()
    assert (consent.notice_version, consent.consent_version) == ("notice-1", "consent-1")
    assert (consent.language, consent.given_at) == ("en", GIVEN_AT)
    assert trail(store) == [("submitted", "patient")]


def test_names_of_any_script_come_back_as_they_were(store: Store) -> None:
    for name in ("Ayşe", "Мария", "محمد", "李小龙 🙂", "O'Neill; DROP TABLE requests --"):
        stored = store.service.find(store.submit(name=name, form=name))
        assert stored is not None
        assert stored.name == name


def test_the_same_request_again_changes_nothing_and_gives_its_reference(store: Store) -> None:
    first = store.service.submit(a_request())
    again = store.service.submit(a_request(name="Ada L.", contact="ADA@lovelace.org "))
    assert again.repeated
    assert again.reference == first.reference
    assert [rows(store.engine, table) for table in (requests, consents, outbox, audit)] == [
        1,
        1,
        2,
        1,
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"form": "form-2"},
        {"conversation": "web-2"},
        {"contact": "other@lovelace.org"},
        {"way": Way.WHATSAPP},
    ],
)
def test_another_form_conversation_contact_or_way_is_another_request(
    store: Store, change: dict[str, str]
) -> None:
    first = store.service.submit(a_request())
    second = store.service.submit(a_request(**change))
    assert not second.repeated
    assert second.reference != first.reference


def test_the_same_request_is_recognised_after_a_key_was_set_or_changed(engine: Engine) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    references = {
        Store(engine, Sealer(used)).submit() for used in ([], keys[1:], keys)
    }  # fmt: skip
    assert len(references) == 1


def test_each_kind_of_message_is_queued_once(engine: Engine) -> None:
    service = ConsultationService(
        engine, Sealer(), HandClock(), lambda _: [DeliveryKind.CLINIC_EMAIL] * 2
    )
    stored = service.find(service.submit(a_request()).reference)
    assert stored is not None
    assert [delivery.kind for delivery in stored.deliveries] == [DeliveryKind.CLINIC_EMAIL]


def test_a_reference_that_is_taken_is_not_given_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming = iter(["M-222222", "M-222222", "M-222222", "M-333333"])
    monkeypatch.setattr(service_module, "new_reference", lambda: next(coming))
    assert store.submit(form="1") == "M-222222"
    assert store.submit(form="2") == "M-333333"


def test_when_no_reference_is_free_nothing_is_saved(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "new_reference", lambda: "M-222222")
    store.submit(form="1")
    with pytest.raises(NotSavedError):
        store.submit(form="2")
    assert [rows(store.engine, table) for table in (requests, consents, outbox, audit)] == [
        1,
        1,
        2,
        1,
    ]


def test_a_mistake_of_ours_is_no_acknowledgement_either(store: Store) -> None:
    naive = Consent("notice-1", "consent-1", "en", datetime(2026, 3, 2))
    unreachable = {"way": Way.EMAIL, "contact": "+905321234567"}
    wrongs = ({"consent": naive}, {"name": "half\ud800"}, {"concern": None, "way": "pigeon"})
    for wrong in (*wrongs, unreachable):
        with pytest.raises(NotSavedError) as caught:
            store.submit(**wrong)
        assert "Ada" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__
    assert [rows(store.engine, table) for table in (requests, consents, outbox, audit)] == [0] * 4


@pytest.mark.parametrize("typed", [str.lower, lambda text: text.replace("-", " "), str.strip])
def test_a_request_is_found_however_its_reference_is_typed(store: Store, typed) -> None:  # type: ignore[no-untyped-def]
    reference = store.submit()
    found = store.service.find(typed(reference))
    assert found is not None
    assert found.reference == reference


def test_an_unknown_reference_is_not_found(store: Store) -> None:
    store.submit()
    assert store.service.find("M-222222") is None
    assert store.service.find("nonsense") is None


def test_requests_are_listed_newest_first(store: Store) -> None:
    references = [store.submit(form=str(number)) for number in range(5)]
    assert [request.reference for request in store.service.list()] == references[::-1]
    assert [request.reference for request in store.service.list(limit=2)] == references[:2:-1]


def test_only_requests_in_the_wanted_states_are_listed(store: Store) -> None:
    waiting, taken = (store.submit(form=form) for form in "12")
    store.service.claim(taken, "Deniz")
    assert [r.reference for r in store.service.list([State.NEW])] == [waiting]
    assert [r.reference for r in store.service.list([State.CLAIMED, State.CLOSED])] == [taken]
    assert store.service.list([State.CLOSED]) == []


def test_staff_take_contact_and_close_and_the_trail_says_who(store: Store) -> None:
    reference = store.submit()
    store.clock.advance(minutes=5)
    claimed = store.service.claim(reference.lower(), "Deniz")
    assert (claimed.state, claimed.claimed_by) == (State.CLAIMED, "Deniz")
    assert claimed.updated_at == GIVEN_AT.replace(minute=5)
    contacted = store.service.contacted(reference, "Deniz")
    assert contacted.state is State.CONTACTED
    closed = store.service.close(reference, "Umut")
    assert (closed.state, closed.claimed_by) == (State.CLOSED, "Deniz")
    assert trail(store) == [
        ("submitted", "patient"),
        ("claimed", "Deniz"),
        ("contacted", "Deniz"),
        ("closed", "Umut"),
    ]


def test_doing_the_same_again_is_no_mistake_and_leaves_no_trace(store: Store) -> None:
    reference = store.submit()
    for step in (store.service.claim, store.service.contacted, store.service.close):
        step(reference, "Deniz")
        step(reference, "Deniz")
    assert len(trail(store)) == 4


def test_who_contacts_without_claiming_has_it(store: Store) -> None:
    assert store.service.contacted(store.submit(), "Deniz").claimed_by == "Deniz"


def test_what_somebody_else_has_cannot_be_claimed(store: Store) -> None:
    reference = store.submit()
    store.service.claim(reference, "Deniz")
    with pytest.raises(WrongStateError, match="is claimed; it can become contacted or closed"):
        store.service.claim(reference, "Umut")
    stored = store.service.find(reference)
    assert stored is not None
    assert stored.claimed_by == "Deniz"


def test_nothing_can_be_done_about_a_closed_or_erased_request(store: Store) -> None:
    reference = store.submit()
    store.service.close(reference, "Deniz")
    with pytest.raises(WrongStateError, match="is closed; nothing can be done about it"):
        store.service.contacted(reference, "Deniz")
    store.privacy.erase(reference, "Deniz")
    with pytest.raises(WrongStateError, match="is erased; nothing can be done about it"):
        store.service.close(reference, "Deniz")


def test_an_unknown_reference_is_refused(store: Store) -> None:
    for step in (store.service.claim, store.service.contacted, store.service.close):
        with pytest.raises(UnknownReferenceError):
            step("M-222222", "Deniz")
    with pytest.raises(UnknownReferenceError):
        store.service.retry("nonsense")


def test_what_was_given_up_becomes_due_again_as_if_never_tried(store: Store) -> None:
    reference = store.submit()
    for delivery in store.outbox.claim(limit=2):
        assert store.outbox.give_up(delivery, "550 no such user")
    assert store.outbox.claim() == []
    assert store.service.retry(reference) == 2
    assert [delivery.attempts for delivery in store.outbox.claim(limit=9)] == [0, 0]
    assert store.service.retry(reference) == 0
    assert trail(store)[-1] == ("delivery retried", "staff")


def test_what_was_sent_is_not_retried(store: Store) -> None:
    reference = store.submit()
    store.deliver_all()
    assert store.service.retry(reference) == 0
    assert store.outbox.claim() == []


def test_with_a_key_the_database_holds_neither_name_nor_contact(engine: Engine) -> None:
    store = Store(engine, Sealer([Fernet.generate_key().decode()]))
    reference = store.submit()
    stored = store.service.find(reference)
    assert stored is not None
    assert (stored.name, stored.contact) == ("Ada Lovelace", "ada@lovelace.org")
    with reading(engine) as connection:
        everything = [
            str(tuple(row))
            for table in (requests, consents, outbox, audit)
            for row in connection.execute(select(table))
        ]
    assert len(everything) == 5
    for row in everything:
        assert "Ada" not in row
        assert "lovelace.org" not in row
        assert "web-1" not in row


def test_a_missing_key_is_said_clearly(engine: Engine) -> None:
    reference = Store(engine, Sealer([Fernet.generate_key().decode()])).submit()
    with pytest.raises(SealedError, match="MESOBOT_ENCRYPTION_KEY is not set"):
        Store(engine).service.find(reference)


def test_moments_of_other_time_zones_are_stored_in_utc(engine: Engine) -> None:
    istanbul = datetime.fromisoformat("2026-03-02T12:00:00+03:00")
    store = Store(engine, clock=lambda: istanbul)
    stored = store.service.find(store.submit())
    assert stored is not None
    assert stored.created_at == istanbul
    assert stored.created_at.tzinfo is timezone.utc
