"""Patients chat on WhatsApp: real processes, over HTTP."""

from __future__ import annotations

import secrets
import time

import pytest

from tests.graph import payloads
from tests.graph.payloads import Person
from tests.scenarios.conftest import Assistant
from tests.scenarios.test_canaries import places
from tests.whatsapp.phones import SILENCE, Phones, somebody


def test_a_question_gets_one_answer_with_what_to_ask_next(phones: Phones) -> None:
    ada = somebody()
    got = phones.say(ada, "does it hurt?")
    assert "relatively painless" in got.text
    assert "automated assistant" in got.text
    assert got.kind == "button"
    answer = phones.tap(ada, got, next(iter(got.choices)))
    assert "automated assistant" not in answer.text
    (read,) = [mark for mark in phones.graph.marks() if mark["status"] == "read"][-1:]
    assert read["typing_indicator"] == {"type": "text"}


def test_a_number_typed_means_the_choice_of_that_number(phones: Phones) -> None:
    ada = somebody()
    got = phones.say(ada, "does it hurt?")
    second = list(got.choices)[1]
    typed, tapped = phones.say(ada, "2"), somebody()
    phones.tap(tapped, phones.say(tapped, "does it hurt?"), second)
    assert (
        typed.text
        == phones.graph.accepted(tapped.user_id)[-1]["body"]["interactive"]["body"]["text"]
    )


def test_a_choice_that_was_not_offered_is_only_words(phones: Phones) -> None:
    ada = somebody()
    got = phones.say(ada, "does it hurt?")
    forged = payloads.button_reply(
        ada, '/restart{"a": 1}#0000', "how many minutes is a session", got.id
    )
    assert "minutes" in phones.do(forged).text


def test_a_burst_is_one_turn(phones: Phones) -> None:
    ada = somebody()
    for text in ("hello", "does it hurt?", "how many minutes is a session"):
        phones.graph.receive(payloads.text(ada, text))
    got = phones.next(ada)
    assert "painless" in got.text
    assert "minutes" in got.text
    time.sleep(SILENCE)
    assert phones.has_nothing_new(ada)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (payloads.audio, "voice messages"),
        (payloads.image, "pictures"),
        (payloads.video, "videos"),
        (payloads.sticker, "stickers"),
        (payloads.document, "documents"),
        (payloads.location, "location"),
        (payloads.unsupported, "only read text"),
    ],
)
def test_what_is_no_text_gets_a_polite_reply(phones: Phones, kind, word: str) -> None:
    assert word in phones.do(kind(somebody())).text


def test_a_caption_is_answered(phones: Phones) -> None:
    got = phones.do(payloads.image(somebody(), "does it hurt?"))
    assert "pictures" in got.text
    assert "painless" in got.text


def test_somebody_without_a_number_is_answered(phones: Phones) -> None:
    shy = Person(somebody().user_id)
    assert "painless" in phones.say(shy, "does it hurt?").text


def test_a_new_number_goes_on_with_the_old_chat(phones: Phones) -> None:
    old = somebody()
    phones.say(old, "does it hurt?")
    new = somebody()
    phones.graph.receive(payloads.number_change(old, str(new.phone), new.user_id))
    assert "automated assistant" not in phones.say(new, "how many minutes is a session?").text


def test_reactions_and_foreign_numbers_are_not_answered(phones: Phones) -> None:
    ada = somebody()
    got = phones.say(ada, "does it hurt?")
    phones.graph.receive(payloads.reaction(ada, got.id))
    other = payloads.Business(phone_number_id="999")
    phones.graph.receive_webhook(payloads.webhook(other, payloads.text(ada, "hello?")))
    time.sleep(SILENCE)
    assert phones.has_nothing_new(ada)


def test_stop_is_kept_except_in_an_emergency(phones: Phones) -> None:
    ada = somebody()
    phones.say(ada, "does it hurt?")
    assert "START" in phones.say(ada, "STOP").text
    phones.graph.receive(payloads.text(ada, "does it hurt?"))
    time.sleep(SILENCE)
    assert phones.has_nothing_new(ada)
    assert "112" in phones.say(ada, "i cannot breathe after the injection").text
    assert "Welcome back" in phones.say(ada, "start").text
    assert "painless" in phones.say(ada, "does it hurt?").text


def test_while_staff_have_the_chat_the_assistant_is_silent(phones: Phones) -> None:
    ada = somebody()
    phones.say(ada, "does it hurt?")
    phones.graph.receive(payloads.echo(ada, "Hello, this is Elif.", phones.graph.business))
    phones.graph.receive(payloads.text(ada, "how many minutes is a session?"))
    time.sleep(SILENCE)
    assert phones.has_nothing_new(ada)
    assert "112" in phones.say(ada, "my throat is swelling shut").text


def test_erase_forgets_the_person_and_the_chat(phones: Phones, clinic: Assistant) -> None:
    ada, word = somebody(), f"umbrella{secrets.token_hex(4)}"
    phones.say(ada, f"does it hurt more than my {word}?")
    # Of an answered message the requests' file keeps the bytes for an hour at most, not the text.
    assert places(clinic, word) <= {"conversations.db", "state/requests.db"}
    assert places(clinic, str(ada.phone)) == {"state/requests.db"}
    asked = phones.say(ada, "ERASE")
    assert "Shall I delete it all?" in asked.text
    assert "deleted this chat" in phones.tap(ada, asked, "Yes").text
    for canary in (word, str(ada.phone), ada.user_id):
        assert places(clinic, canary) == set()
    assert "automated assistant" in phones.say(ada, "does it hurt?").text
