"""What patients want of the form itself: to correct, to leave, to be forgotten; odd answers."""

import pytest

from mesobot.consultation.form import Field, FormReading, Kind
from mesobot.consultation.form_answers import read_answer
from tests.unit.consultation.form_reading import LISTS, read


@pytest.mark.parametrize("text", ["ada@mail.com or bob@mail.com", "ada@mail", "my mail is ada@"])
def test_a_bad_address_is_explained_whatever_it_resembles(text: str) -> None:
    """ "ada@mail" was answered with the clinic's contacts."""
    answers = {Field.WAY: "email", Field.NAME: "Ada"}
    found = read_answer(Field.CONTACT, text, LISTS, topic="faq/contact", score=0.9, answers=answers)
    assert found is not None and found.kind is Kind.PROBLEM


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("yes ok but my name should be Hannah, i typed it wrong", "Hannah"),
        ("name is Hannah not hanah", "Hannah"),
        ("my name is Ada Okur", "Ada Okur"),
    ],
)
def test_a_corrected_name_is_taken_at_once(text: str, name: str) -> None:
    found = read(Field.CONSENT, text, name="hanah")
    assert found is not None
    assert found.values == {Field.NAME: name}


def test_a_name_may_be_introduced() -> None:
    for text in ("benim adım Zeynep Kaya", "no no my name Zeynep Kaya", "im Zeynep Kaya"):
        found = read(Field.NAME, text)
        assert found is not None and found.values == {Field.NAME: "Zeynep Kaya"}, text


def test_the_words_of_a_button_are_no_name() -> None:
    """ "change my name" was stored as the name."""
    found = read(Field.NAME, "change my name")
    assert found is not None and found.kind is Kind.PROBLEM


def test_thanks_is_no_name() -> None:
    assert read_answer(Field.NAME, "thanks", LISTS, topic="thanks", score=1.0, answers={}) is None


def test_an_answer_can_be_changed_before_the_end() -> None:
    found = read(Field.CONCERN, "change my name", name="Ada")
    assert found is not None
    assert (found.kind, found.emptied) == (Kind.CHANGE, (Field.NAME,))


def test_a_concern_may_be_described() -> None:
    found = read_answer(
        Field.CONCERN, "acne iz", LISTS, topic="faq/concern_acne_scars", score=0.7, answers={}
    )
    assert found is not None and found.values == {Field.CONCERN: "Acne scars"}


@pytest.mark.parametrize(
    "text",
    [
        "Stop. No form. I just want information about my daughter",
        "iptal, cancel. i write whatsapp",
        "no please, I don't want to be contacted yet. from what age is it possible?",
    ],
)
def test_a_form_that_is_not_wanted_is_left(text: str) -> None:
    found = read(Field.WAY, text)
    assert found is not None and found.kind is Kind.CANCEL


def test_a_misspelt_way_is_understood() -> None:
    found = read(Field.WAY, "whatsap pls")
    assert found is not None and found.values == {Field.WAY: "whatsapp"}


@pytest.mark.parametrize("asked", list(Field))
def test_wanting_to_be_forgotten_is_no_answer_and_more_than_cancelling(asked: Field) -> None:
    assert read(asked, "cancel and delete my data", topic="forget_me", score=0.8) is None
    assert read(asked, "what do you know about me", topic="what_do_you_know", score=0.8) is None


@pytest.mark.parametrize("text", ["change my number", "my number is wrong", "update my phone"])
def test_changing_an_answer_is_not_deleting_it(text: str) -> None:
    reading = read(Field.CONFIRMED, text, topic="forget_me", score=0.8)
    assert reading is not None
    assert reading.emptied == (Field.CONTACT,)
    assert read(Field.CONFIRMED, f"{text}, no, delete all", topic="forget_me", score=0.8) is None


def test_a_message_that_hardly_sounds_like_it_is_read_as_an_answer() -> None:
    reading = read(Field.CONSENT, "yes", topic="forget_me", score=0.3)
    assert reading is not None
    assert reading.kind is Kind.ANSWER


def test_what_is_no_answer_may_ask_what_is_stored() -> None:
    assert read(Field.CONTACT, "who keeps it", topic="what_do_you_know", score=0.6) is None
    assert read(Field.CONTACT, "delete my name again", topic="forget_me", score=0.6) is None
    given = read(Field.NAME, "i dont want to give my number", topic="forget_me", score=0.6)
    assert given == FormReading(Kind.WHY, note="contact_refused")
    forget_it = read(Field.NAME, "forget it", topic="forget_me", score=0.6)
    assert forget_it is not None
    assert forget_it.kind is Kind.CANCEL


KNOWN = "+905321234567"


@pytest.mark.parametrize(
    "text", ["yes", "ok", "this one", "same number", "my number", "use this number please", "here"]
)
def test_the_number_that_somebody_writes_from_needs_only_a_yes(text: str) -> None:
    reading = read(Field.CONTACT, text, known_number=KNOWN)
    assert reading == FormReading(Kind.ANSWER, {Field.CONTACT: KNOWN})


@pytest.mark.parametrize(
    "text", ["no", "another number", "nope, a different one", "Another number"]
)
def test_another_number_is_asked_for(text: str) -> None:
    elsewhere = {"topic": "faq/contact", "score": 0.9}
    reading = read(Field.CONTACT, text, known_number=KNOWN, **elsewhere)
    assert reading == FormReading(Kind.PROBLEM, note="another_number")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("no, 0533 765 43 21", {Field.CONTACT: "+905337654321"}),
        ("0533 765 43 21", {Field.CONTACT: "+905337654321"}),
        ("ada@mail.com", {Field.WAY: "email", Field.CONTACT: "ada@mail.com"}),
        ("rather by email", {Field.WAY: "email"}),
    ],
)
def test_another_number_or_address_may_be_given_at_once(
    text: str, values: dict[Field, str]
) -> None:
    reading = read(Field.CONTACT, text, known_number=KNOWN)
    assert reading == FormReading(Kind.ANSWER, values)


def test_who_wants_an_email_is_not_asked_about_the_number() -> None:
    reading = read(Field.CONTACT, "yes", way="email", known_number=KNOWN)
    assert reading is not None
    assert reading.kind is Kind.PROBLEM


@pytest.mark.parametrize(
    ("text", "way", "wanted"),
    [
        ("i dont want to give my number, can you email me", "whatsapp", "email"),
        ("no whatsapp please", "whatsapp", "email"),
        ("i don't have whatsapp", "whatsapp", "email"),
        ("i have no email, whatsapp me", "email", "whatsapp"),
        ("sorry, no e-mail", "email", "whatsapp"),
        ("I will not give my email, text me", "email", "whatsapp"),
    ],
)
def test_who_named_another_way_lost_the_form(text: str, way: str, wanted: str) -> None:
    found = read(Field.CONTACT, text, way=way, topic="forget_me", score=0.5)
    assert found == FormReading(Kind.ANSWER, {Field.WAY: wanted})


def test_who_refuses_the_contact_hears_of_the_other_way() -> None:
    found = read(Field.CONTACT, "i dont want to give my number", topic="forget_me", score=0.5)
    assert found == FormReading(Kind.WHY, note="contact_refused")
    found = read(Field.CONTACT, "i dont want to give my name", topic="forget_me", score=0.5)
    assert found is not None and found.kind is Kind.CANCEL


@pytest.mark.parametrize(
    ("asked", "text", "values"),
    [
        (Field.NAME, "Zeynep, but does it hurt?", {Field.NAME: "Zeynep"}),
        (Field.NAME, "zeynep but does it hurt", {Field.NAME: "zeynep"}),
        (Field.NAME, "My name is Zeynep Kaya. how long is it", {Field.NAME: "Zeynep Kaya"}),
        (Field.CONTACT, "0532 123 45 67, is it safe?", {Field.CONTACT: "+905321234567"}),
        (Field.CONCERN, "acne scars. does it hurt", {Field.CONCERN: "Acne scars"}),
        (Field.TIME, "evenings, how long is a session?", {Field.TIME: "Evenings"}),
    ],
)
def test_a_name_with_a_question_behind_it_was_lost(
    asked: Field, text: str, values: dict[Field, str]
) -> None:
    found = read(asked, text, topic="faq/pain", score=0.5)
    assert found == FormReading(Kind.ANSWER, values, asks_too=True)


@pytest.mark.parametrize(
    "text", ["Hi, does it hurt?", "Why, is it dangerous?", "Sorry but is it safe?", "Is it safe?"]
)
def test_what_stands_before_a_question_may_be_no_name(text: str) -> None:
    found = read(Field.NAME, text, topic="faq/pain", score=0.9)
    assert found is None


def test_a_yes_with_a_question_is_still_no_consent() -> None:
    for asked in (Field.CONSENT, Field.CONFIRMED):
        found = read(asked, "yes, but does it hurt?", topic="faq/pain", score=0.9)
        assert found is None or found.kind is Kind.PROBLEM
