"""A consultation request on WhatsApp: buttons and typed digits mixed, an emergency in the middle."""

from __future__ import annotations

import re

from tests.graph.payloads import Person
from tests.scenarios.conftest import Assistant
from tests.scenarios.test_consultation import mails
from tests.whatsapp.phones import Phones, somebody


def test_the_whole_way_to_the_clinic(phones: Phones, clinic: Assistant) -> None:
    ada = somebody()
    got = phones.say(ada, "i want to book a consultation")
    assert "to you on WhatsApp" in got.text
    assert got.text.endswith("What is your name?")
    got = phones.say(ada, "Ada Okur")
    assert f"+{ada.phone}" in got.text
    assert list(got.choices) == ["Yes", "Another number"]
    got = phones.tap(ada, got, "Yes")
    assert got.kind == "list"
    # The choices stood in one line.
    assert "\n4. Acne scars\n" in got.text
    alarm = phones.say(ada, "my lips are swelling and i cannot breathe")
    assert "112" in alarm.text
    assert not alarm.choices
    got = phones.say(ada, "i am fine now, please go on, book")
    if not got.choices:
        got = phones.say(ada, "book")
    got = phones.say(ada, "4")
    assert got.kind == "list", got
    got = phones.tap(ada, got, "Evenings")
    assert "Privacy" in got.text
    got = phones.tap(ada, got, "Yes")
    assert "Ada Okur" in got.text
    assert "Acne scars" in got.text
    got = phones.say(ada, "1")
    reference = re.search(r"M-[A-Z0-9]{6}", got.text)
    assert reference, got.text
    assert "wa.me" not in got.text
    (mail,) = mails(clinic.state, reference[0], 1)
    assert str(ada.phone)[-7:] in re.sub(r"\D", "", mail)


def test_an_email_may_be_asked_for(phones: Phones) -> None:
    ada = somebody()
    phones.say(ada, "can someone call me back")
    assert phones.say(ada, "by e-mail please").text.endswith("What is your name?")
    assert phones.say(ada, "Ada Okur").text == "What is your e-mail address?"


def test_who_hides_the_number_is_asked_for_one(phones: Phones) -> None:
    shy = Person(somebody().user_id)
    phones.say(shy, "i want to book an appointment")
    assert "What is your WhatsApp number?" in phones.say(shy, "Ada Okur").text


def test_another_number_is_asked_for(phones: Phones) -> None:
    ada = somebody()
    phones.say(ada, "i want to book an appointment")
    got = phones.say(ada, "Ada Okur")
    assert "Which WhatsApp number" in phones.tap(ada, got, "Another number").text
    assert "What is it about?" in phones.say(ada, "0532 111 22 33").text


def test_stop_leaves_the_form_and_not_the_chat(phones: Phones) -> None:
    ada = somebody()
    phones.say(ada, "i want to book an appointment")
    assert "no request was saved" in phones.say(ada, "STOP").text
    assert "painless" in phones.say(ada, "does it hurt?").text


def test_answers_in_a_burst_are_taken_one_by_one(phones: Phones) -> None:
    from tests.graph import payloads

    ada = somebody()
    phones.say(ada, "i want to book an appointment")
    phones.graph.receive(payloads.text(ada, "Ada Okur"))
    phones.graph.receive(payloads.text(ada, "yes"))
    assert "What is it about?" in phones.next(ada).text


def test_what_is_known_names_the_number(phones: Phones) -> None:
    assert "WhatsApp number" in phones.say(somebody(), "what do you know about me").text
