import pytest

from mesobot.consultation.other_channel import OtherChannel
from mesobot.consultation.outbox import Delivery, DeliveryKind, DeliveryState
from mesobot.consultation.privacy import Privacy
from mesobot.consultation.request import Way
from tests.unit.consultation.requests import Store

EMAIL, PATIENT, WHATSAPP = (
    DeliveryKind.CLINIC_EMAIL,
    DeliveryKind.PATIENT_EMAIL,
    DeliveryKind.CLINIC_WHATSAPP,
)


def claimed(store: Store, kind: DeliveryKind = EMAIL) -> Delivery:
    """A request by e-mail calls for a mail to the clinic and one to the patient."""
    store.submit(way=Way.EMAIL)
    return next(one for one in store.outbox.claim(limit=10) if one.kind is kind)


def kinds(store: Store, reference: str) -> dict[DeliveryKind, DeliveryState]:
    request = store.service.find(reference)
    assert request is not None
    return {one.kind: one.state for one in request.deliveries}


def test_the_message_that_the_request_has_not_had_is_added_once(store: Store) -> None:
    one = claimed(store)
    tell = OtherChannel(store.engine, store.clock, [PATIENT, EMAIL, WHATSAPP])
    assert tell(one) is WHATSAPP
    assert tell(one) is None
    assert kinds(store, one.reference)[WHATSAPP] is DeliveryState.WAITING
    assert len(kinds(store, one.reference)) == 3
    (added,) = store.outbox.claim(limit=10)
    assert (added.kind, added.reference) == (WHATSAPP, one.reference)
    assert added.message_id not in (one.message_id, "")


def test_the_clinic_is_not_told_of_a_mail_that_the_patient_did_not_get(store: Store) -> None:
    one = claimed(store, PATIENT)
    assert OtherChannel(store.engine, store.clock, [EMAIL, WHATSAPP])(one) is None


@pytest.mark.parametrize("configured", [[], [EMAIL], [PATIENT, EMAIL]])
def test_nothing_is_added_that_could_not_be_delivered(
    store: Store, configured: list[DeliveryKind]
) -> None:
    one = claimed(store)
    assert OtherChannel(store.engine, store.clock, configured)(one) is None
    assert set(kinds(store, one.reference)) == {EMAIL, PATIENT}


def test_nothing_is_added_to_a_request_that_is_closed_or_erased(store: Store) -> None:
    one = claimed(store)
    tell = OtherChannel(store.engine, store.clock, [EMAIL, WHATSAPP])
    store.service.close(one.reference, "Deniz")
    assert tell(one) is None
    Privacy(store.engine, store.sealer, store.clock).erase(one.reference, "Deniz")
    assert tell(one) is None
