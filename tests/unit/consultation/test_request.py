from tests.unit.consultation.requests import Store, a_request


def test_a_new_request_does_not_show_who_asks() -> None:
    request = a_request(form="form-7")
    shown = repr(request)
    assert "form-7" in shown
    for personal in (
        request.name,
        request.contact,
        request.concern,
        request.conversation,
        str(request.preferred_time),
    ):
        assert personal not in shown


def test_neither_does_a_stored_request_nor_a_delivery(store: Store) -> None:
    reference = store.submit()
    (delivery,) = store.outbox.claim()
    for shown in (repr(store.service.find(reference)), repr(delivery), repr(delivery.request)):
        assert "Ada" not in shown
        assert "lovelace.org" not in shown
        assert "pigment" not in shown
        assert "mornings" not in shown
