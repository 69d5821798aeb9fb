"""Who is who, whatever the platform calls them."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from mesobot.chats.whatsapp.people import Address
from mesobot.chats.whatsapp.tables import people
from mesobot.consultation.encryption import Sealer
from tests.unit.whatsapp.store import ADA, EVE, ChatStore


def who(store: ChatStore, address: Address) -> str:
    store.hear("hello", who=address)
    person = store.people.find(address)
    assert person
    return person.id


def test_a_sender_is_random_and_stays_the_same(store: ChatStore) -> None:
    ada = store.people.find(Address(ADA.phone))
    assert ada is None
    first, second = who(store, ADA), who(store, ADA)
    assert first == second != who(store, EVE)
    assert ADA.phone not in first
    person = store.people.get(f"wa:{first}")
    assert person and person.sender == f"wa:{first}" and person.address == ADA


def test_the_number_alone_the_id_alone_and_both_are_one_person(store: ChatStore) -> None:
    by_phone = who(store, Address("905321234567"))
    assert who(store, ADA) == by_phone
    assert who(store, Address(None, "TR.1001")) == by_phone


def test_somebody_without_a_number_has_a_chat_too(store: ChatStore) -> None:
    nameless = who(store, Address(None, "TR.7"))
    person = store.people.get(f"wa:{nameless}")
    assert person and person.address == Address(None, "TR.7")


def test_the_next_owner_of_a_number_does_not_get_the_old_ones_chat(store: ChatStore) -> None:
    old = who(store, ADA)
    new = who(store, Address(ADA.phone, "TR.2000"))
    assert new != old
    gone = store.people.get(f"wa:{old}")
    assert gone and gone.address == Address(None, "TR.1001")


def test_a_changed_number_keeps_the_chat(store: ChatStore) -> None:
    before = who(store, Address("905321234567"))
    store.people.move(Address("905321234567"), Address("4915112345678"))
    assert who(store, Address("4915112345678")) == before
    assert store.people.find(Address("905321234567")) is None


@pytest.mark.parametrize("told", ["TR.2", None])
def test_a_changed_number_brings_a_new_id_along(store: ChatStore, told: str | None) -> None:
    before = who(store, ADA)
    store.people.move(ADA, Address("4915112345678", told))
    assert who(store, Address("4915112345678", "TR.2")) == before
    assert who(store, ADA) != before, "the old number may be somebody else's by now"


def test_a_changed_number_of_a_stranger_changes_nothing(store: ChatStore) -> None:
    store.people.move(ADA, EVE)
    assert store.people.find(EVE) is None


def test_staff_take_a_chat_and_give_it_back(store: ChatStore) -> None:
    until = store.clock() + timedelta(hours=4)
    store.people.mute(ADA, until)
    person = store.people.find(ADA)
    assert person and person.muted_until == until
    assert store.people.release(ADA)
    released = store.people.find(ADA)
    assert released and released.muted_until is None
    assert not store.people.release(EVE)


def test_numbers_are_sealed_and_found_after_the_key_was_changed(database_url: str) -> None:
    first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with ChatStore(database_url, Sealer([first])) as store:
        ada = who(store, ADA)
        assert str(ADA.phone) not in store.everything()
        assert str(ADA.user) not in store.everything()
    with ChatStore(database_url, Sealer([second, first])) as store:
        assert who(store, ADA) == ada
        assert len(store.rows(people)) == 1
