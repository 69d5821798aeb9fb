"""Our payloads are read by a foreign library as what they stand for; its messages are taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pywa import errors, types

from tests.graph import payloads
from tests.graph.errors import GraphError
from tests.graph.oracle import read, writer
from tests.graph.payloads import Business, Person, webhook
from tests.graph.peer import GraphPeer, graph_peer

CLINIC = Business()
ADA = Person("TR.13491208655302741918", "905321234567", "Ada")
SHY = Person("TR.2", None, "Shy")


def read_one(event: payloads.Event) -> Any:
    (update,) = read(webhook(CLINIC, event))
    assert update.metadata.phone_number_id == CLINIC.phone_number_id
    return update


@pytest.mark.parametrize("person", [ADA, SHY])
def test_a_text_and_who_wrote_it(person: Person) -> None:
    event = payloads.text(person, "Ağrıyor mu? 😟 </b>", at=1_790_000_000)
    message = read_one(event)
    assert (message.id, message.text) == (event.id, "Ağrıyor mu? 😟 </b>")
    assert message.timestamp.timestamp() == 1_790_000_000
    writer_of_it = message.from_user
    assert (writer_of_it.bsuid, writer_of_it.wa_id) == (person.user_id, person.phone)
    assert writer_of_it.name == person.name


def test_taps_on_buttons_and_rows() -> None:
    button = read_one(payloads.button_reply(ADA, "yes-1", "Yes", of="wamid.1"))
    assert isinstance(button, types.CallbackButton)
    assert (button.data, button.title) == ("yes-1", "Yes")
    assert button.reply_to_message.id == "wamid.1"
    row = read_one(payloads.list_reply(SHY, "3", "Melasma", of="wamid.1", description="spots"))
    assert isinstance(row, types.CallbackSelection)
    assert (row.data, row.title, row.description) == ("3", "Melasma", "spots")


@pytest.mark.parametrize(
    ("event", "part"),
    [
        (payloads.image(ADA, "my cheek"), "image"),
        (payloads.audio(ADA), "voice"),
        (payloads.video(ADA), "video"),
        (payloads.sticker(ADA), "sticker"),
        (payloads.document(ADA), "document"),
        (payloads.location(ADA), "location"),
        (payloads.contacts(ADA, "905551112233"), "contacts"),
        (payloads.reaction(ADA, "wamid.1"), "reaction"),
        (payloads.unsupported(ADA), "unsupported"),
    ],
)
def test_other_kinds_of_messages(event: payloads.Event, part: str) -> None:
    message = read_one(event)
    assert isinstance(message, types.Message)
    assert getattr(message, part) is not None


def test_a_new_number() -> None:
    event = payloads.number_change(ADA, "905559998877", "TR.99")
    change = read_one(event)
    assert isinstance(change, types.PhoneNumberChange)
    assert (change.old_wa_id, change.new_wa_id) == (ADA.phone, "905559998877")
    assert change.new_user_id == "TR.99"
    (told,) = webhook(CLINIC, event)["entry"][0]["changes"]
    assert "contacts" not in told["value"]  # as WhatsApp documents it for system messages


def test_what_staff_wrote() -> None:
    message = read_one(payloads.echo(ADA, "This is the clinic.", CLINIC))
    assert isinstance(message, types.OutgoingMessage)
    assert (message.text, message.to_user.bsuid) == ("This is the clinic.", ADA.user_id)


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
def test_what_became_of_a_message(state: str) -> None:
    status = read_one(payloads.status(ADA, "wamid.1", state))
    assert (status.id, status.status.value, status.error) == ("wamid.1", state, None)


def test_a_message_that_failed() -> None:
    error = GraphError(131047).in_status()
    status = read_one(payloads.status(ADA, "wamid.1", "failed", error))
    assert isinstance(status.error, errors.ReEngagementMessage)


def test_a_batch_holds_every_webhook() -> None:
    first, second = (webhook(CLINIC, payloads.text(ADA, word)) for word in ("one", "two"))
    (message,) = read(payloads.batch(first, second))
    assert message.text == "one"  # the library reads no further; a connector must
    assert [entry["id"] for entry in payloads.batch(first, second)["entry"]] == [
        CLINIC.account_id
    ] * 2


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphPeer]:
    with graph_peer(tmp_path_factory.mktemp("graph")) as started:
        started.receive(payloads.text(ADA, "hello"), payloads.text(SHY, "hello"))
        yield started


def test_messages_of_the_library_are_taken(peer: GraphPeer) -> None:
    client, bodies = writer(peer)
    plain = client.send_message(to=str(ADA.phone), text="*bold*")
    buttons = client.send_message(
        to=str(ADA.phone),
        text="Shall I?",
        buttons=[types.Button("Yes", "a"), types.Button("No", "b")],
    )
    rows = [types.SectionRow("Acne", "1"), types.SectionRow("Melasma", "2", "dark spots")]
    listed = client.send_message(
        to=SHY.user_id,
        text="Which?",
        buttons=types.SectionList("Choose", [types.Section("All", rows)]),
    )
    taken = peer.accepted()
    assert [each["id"] for each in taken] == [plain.id, buttons.id, listed.id]
    assert [each["body"] for each in taken] == bodies
    assert bodies[2]["recipient"] == SHY.user_id
    assert listed.to == SHY.user_id


def test_the_library_marks_a_message_as_read(peer: GraphPeer) -> None:
    client, bodies = writer(peer)
    client.mark_message_as_read("wamid.1")
    client.indicate_typing("wamid.1")
    assert peer.marks() == bodies


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (190, errors.ExpiredAccessToken),
        (130429, errors.RateLimitHit),
        (131026, errors.MessageUndeliverable),
        (131047, errors.ReEngagementMessage),
        (131056, errors.TooManyMessages),
    ],
)
def test_the_library_understands_our_refusals(
    peer: GraphPeer, code: int, error: type[Exception]
) -> None:
    client, _ = writer(peer)
    peer.throw(code=code)
    with pytest.raises(error):
        client.send_message(to=str(ADA.phone), text="hello")


def test_the_library_reads_the_account(peer: GraphPeer) -> None:
    client, _ = writer(peer)
    number = client.get_business_phone_number()
    assert (number.display_phone_number, number.verified_name) == ("+905431974320", "The Clinic")
    assert number.quality_rating == "GREEN"
