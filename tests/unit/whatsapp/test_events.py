"""Every entry, change, message and status of a webhook call is read, whatever is among them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesobot.channels.whatsapp.events import Events, read_events
from mesobot.chats.whatsapp.people import Address
from tests.graph import payloads
from tests.graph.payloads import Business, Event, Person

NOW = datetime.now(timezone.utc)
US = Business()
ADA = Person("TR.1", "905321234567")
EVE = Person("TR.2", "905327654321", "Eve")
SHY = Person("TR.3")


def read(*events: Event) -> Events:
    return read_events(payloads.webhook(US, *events), US.phone_number_id, NOW)


def content(event: Event) -> Any:
    (message,) = read(event).messages
    return message.content


def test_a_text_is_read() -> None:
    (message,) = read(payloads.text(ADA, "does it hurt? 😢", "wamid.1", 1_700_000_000)).messages
    assert message.id == "wamid.1"
    assert message.address == Address(ADA.phone, ADA.user_id)
    assert message.sent_at == datetime.fromtimestamp(1_700_000_000, timezone.utc)
    kept = {"id": "wamid.1", "kind": "text", "text": "does it hurt? 😢"}
    assert message.content == {**kept, "line": US.display_phone_number}


@pytest.mark.parametrize("build", [payloads.button_reply, payloads.list_reply])
def test_a_choice_is_read(build: Any) -> None:
    read_content = content(build(ADA, "value#sign", "Yes", "wamid.0", message_id="wamid.1"))
    expected = {"id": "wamid.1", "kind": "choice", "text": "Yes", "choice": "value#sign"}
    assert read_content == {**expected, "line": US.display_phone_number}


def test_the_button_of_a_template_is_a_text() -> None:
    event = payloads.message(ADA, "button", {"text": "Stop", "payload": "x"})
    assert (content(event)["kind"], content(event)["text"]) == ("text", "Stop")


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (payloads.audio(ADA), "voice", None),
        (payloads.image(ADA), "image", None),
        (payloads.image(ADA, "is this normal?"), "image", "is this normal?"),
        (payloads.video(ADA, "look"), "video", "look"),
        (payloads.sticker(ADA), "sticker", None),
        (payloads.document(ADA, caption="my results"), "document", "my results"),
        (payloads.location(ADA), "location", None),
        (payloads.contacts(ADA, "905551112233"), "contacts", None),
        (payloads.unsupported(ADA), "unsupported", None),
        (payloads.message(ADA, "order", {"catalog_id": "1"}), "unsupported", None),
        (payloads.message(ADA, "hologram", {}), "unsupported", None),
        (payloads.message(ADA, "interactive", {"type": "nfm_reply"}), "unsupported", None),
    ],
)
def test_what_is_no_text_is_named_and_nothing_of_it_kept(
    event: Event, kind: str, text: str | None
) -> None:
    kept = content(event)
    assert (kept["kind"], kept.get("text")) == (kind, text)
    assert set(kept) <= {"id", "kind", "text", "line"}


@pytest.mark.parametrize(
    "event",
    [
        payloads.reaction(ADA, "wamid.0"),
        payloads.message(ADA, "edit", {"text": "x"}),
        payloads.number_change(ADA, "4915112345678"),
    ],
)
def test_what_needs_no_answer_has_no_content(event: Event) -> None:
    assert content(event) is None


def test_a_message_in_a_group_needs_no_answer() -> None:
    event = payloads.text(ADA, "hello all")
    event.item["group_id"] = "G1"
    assert content(event) is None


def test_somebody_without_a_number_has_an_address() -> None:
    (message,) = read(payloads.text(SHY, "hello")).messages
    assert message.address == Address(None, "TR.3")


def test_several_people_in_one_change_are_told_apart() -> None:
    found = read(payloads.text(ADA, "a"), payloads.text(EVE, "b"), payloads.text(SHY, "c")).messages
    assert [m.address.user for m in found] == ["TR.1", "TR.2", "TR.3"]
    assert [m.address.phone for m in found] == [ADA.phone, EVE.phone, None]


def test_an_old_payload_knows_the_number_only() -> None:
    webhook = payloads.webhook(US, payloads.text(ADA, "hello"))
    value = webhook["entry"][0]["changes"][0]["value"]
    del value["messages"][0]["from_user_id"]
    del value["contacts"]
    (message,) = read_events(webhook, US.phone_number_id, NOW).messages
    assert message.address == Address(ADA.phone, None)


def test_batches_are_read_to_the_end() -> None:
    one = payloads.webhook(US, payloads.text(ADA, "a"), payloads.status(ADA, "wamid.0", "read"))
    two = payloads.webhook(US, payloads.text(EVE, "b"), payloads.echo(ADA, "hi", US))
    foreign = payloads.webhook(Business(phone_number_id="999"), payloads.text(EVE, "c"))
    found = read_events(payloads.batch(one, foreign, two), US.phone_number_id, NOW)
    assert [m.content["text"] for m in found.messages if m.content] == ["a", "b"]
    assert [s.state for s in found.statuses] == ["read"]
    assert [address for _, address in found.echoes] == [Address(ADA.phone, ADA.user_id)]
    assert found.foreign == 1


def test_a_changed_number_is_read() -> None:
    (change,) = read(payloads.number_change(ADA, "4915112345678", "TR.9")).changes
    assert change.old == Address(ADA.phone, ADA.user_id)
    assert change.new == Address("4915112345678", "TR.9")


def test_a_status_has_its_token_and_errors() -> None:
    event = payloads.status(ADA, "wamid.0", "failed", {"code": 131026})
    event.item["biz_opaque_callback_data"] = "abc-0"
    (status,) = read(event).statuses
    assert (status.id, status.token, status.state) == ("wamid.0", "abc-0", "failed")
    assert status.errors == [{"code": 131026}]


def test_a_time_in_the_future_or_none_is_now() -> None:
    for moment in ("99999999999", "soon", ""):
        event = payloads.text(ADA, "hello")
        event.item["timestamp"] = moment
        (message,) = read(event).messages
        assert message.sent_at == NOW


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(
            ["entry", "changes", "value", "messages", "statuses", "contacts", "metadata", "text",
             "phone_number_id", "id", "from", "type", "message_echoes", "system", "to", "errors"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(_json)
def test_no_shape_is_a_crash(found: object) -> None:
    assert isinstance(read_events(found, US.phone_number_id, NOW), Events)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["messages", "statuses", "contacts", "message_echoes"]), _json)
def test_a_broken_part_does_not_spoil_the_rest(name: str, broken: object) -> None:
    good = payloads.webhook(US, payloads.text(ADA, "hello"))
    bad = payloads.webhook(US, payloads.text(EVE, "x"))
    bad["entry"][0]["changes"][0]["value"][name] = broken
    found = read_events(payloads.batch(bad, good), US.phone_number_id, NOW)
    assert "hello" in [m.content.get("text") for m in found.messages if m.content]
