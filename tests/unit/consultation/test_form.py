"""What counts as an answer while a consultation request is being filled in."""

import pytest

from mesobot.consultation.form import Field, FormReading, Kind
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.knowledge.source import ContentError
from tests.unit.consultation.form_reading import read


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        (Field.WAY, "1", "whatsapp"),
        (Field.WAY, "2.", "email"),
        (Field.WAY, "E-mail", "email"),
        (Field.WAY, "by mail please", "email"),
        (Field.WAY, "no whatsapp, email", "email"),
        (Field.WAY, "whatsapp is fine", "whatsapp"),
        (Field.NAME, "my name is Ayşe Yılmaz", "Ayşe Yılmaz"),
        (Field.NAME, "محمد", "محمد"),
        (Field.CONTACT, "it is 0532 123 45 67", "+905321234567"),
        (Field.CONTACT, "+49 151 23456789", "+4915123456789"),
        (Field.CONCERN, "4", "Acne scars"),
        (Field.CONCERN, "acne scar", "Acne scars"),
        (Field.TIME, "whenever", "Any time"),
        (Field.TIME, "evening", "Evenings"),
        (Field.CONSENT, "yes", "yes"),
        (Field.CONSENT, "I agree", "yes"),
        (Field.CONFIRMED, "ok send", "yes"),
    ],
)
def test_an_answer_is_read(asked: Field, text: str, value: str) -> None:
    reading = read(asked, text)
    assert reading is not None
    assert reading.kind is Kind.ANSWER
    assert reading.values == {asked: value}


@pytest.mark.parametrize(
    ("asked", "text", "note"),
    [
        (Field.WAY, "3", "way"),
        (Field.WAY, "whatsapp or email", "way"),
        (Field.WAY, "no whatsapp, i want a real person", "way"),
        (Field.NAME, "yes", "name"),
        (Field.NAME, "<b>Ada</b>", "name_markup"),
        (Field.NAME, "=cmd|' /C calc'!A0", "name_formula"),
        (Field.NAME, "A" * 500, "name_too_long"),
        (Field.CONTACT, "five three two", "phone_not_a_number"),
        (Field.CONTACT, "0532 12", "phone_too_short"),
        (Field.CONTACT, "0212 345 67 89", "phone_landline"),
        (Field.CONTACT, "0532 123 45 67 or 0533 123 45 67", "phone_several"),
        (Field.CONCERN, "9", "choice"),
        (Field.CONSENT, "maybe", "consent"),
        (Field.CONFIRMED, "no", "what_to_change"),
    ],
)
def test_what_cannot_be_used_says_why(asked: Field, text: str, note: str) -> None:
    assert read(asked, text) == FormReading(Kind.PROBLEM, note=note)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("ada@mail", "email_not_an_email"),
        ("a@mail.com b@mail.com", "email_several"),
        ("a@mail.com\r\nBcc: b@mail.com", "email_control_characters"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(text: str, note: str) -> None:
    assert read(Field.CONTACT, text, way="email") == FormReading(Kind.PROBLEM, note=note)


def test_an_address_in_place_of_a_number_changes_the_way() -> None:
    reading = read(Field.CONTACT, "rather ada@mail.com")
    assert reading is not None
    assert reading.values == {Field.WAY: "email", Field.CONTACT: "ada@mail.com"}


@pytest.mark.parametrize(
    "text",
    [
        "ok what does that mean?",
        "yes but dont store my number",
        "ok, why not",
        "sure?",
        "yes, except my name",
        "no problem",
        "right, what is that",
    ],
)
def test_only_a_plain_yes_is_consent(text: str) -> None:
    """ "ok what does that mean?" was taken for consent."""
    reading = read(Field.CONSENT, text)
    assert reading is None or reading.kind in (Kind.PROBLEM, Kind.WHY)


@pytest.mark.parametrize(
    "text", ["yes", "Yes, you may", "ok", "I agree.", "evet", "sure, go ahead"]
)
def test_a_plain_yes_is_consent(text: str) -> None:
    assert read(Field.CONSENT, text) == FormReading(Kind.ANSWER, {Field.CONSENT: "yes"})


@pytest.mark.parametrize("text", ["yes, the number is right", "yes that is my name"])
def test_a_yes_that_names_a_field_sends(text: str) -> None:
    assert read(Field.CONFIRMED, text) == FormReading(Kind.ANSWER, {Field.CONFIRMED: "yes"})


def test_a_yes_with_a_change_sends_nothing() -> None:
    reading = read(Field.CONFIRMED, "ok change my name")
    assert reading == FormReading(Kind.CHANGE, emptied=(Field.NAME,), note=Field.NAME.value)


def test_an_address_given_for_the_name_is_kept() -> None:
    reading = read(Field.NAME, "ada@mail.com")
    assert reading is not None
    assert reading.values == {Field.WAY: "email", Field.CONTACT: "ada@mail.com"}


def test_another_way_asks_for_another_contact() -> None:
    """A request went out "by e-mail" with a phone number in it: nobody could be answered."""
    reading = read(Field.NAME, "rather email", contact="+905321234567")
    assert reading == FormReading(
        Kind.CHANGE, {Field.WAY: "email"}, (Field.CONTACT,), Field.CONTACT.value
    )


def test_a_number_given_at_once_answers_two_questions() -> None:
    reading = read(Field.WAY, "0532 123 45 67")
    assert reading is not None
    assert reading.values == {Field.WAY: "whatsapp", Field.CONTACT: "+905321234567"}


@pytest.mark.parametrize("asked", [Field.NAME, Field.CONTACT, Field.CONCERN, Field.CONSENT])
def test_a_question_in_between_is_left_to_the_assistant(asked: Field) -> None:
    assert read(asked, "does it hurt", topic="faq/pain", score=0.95) is None


@pytest.mark.parametrize(
    "text",
    [
        "cancel",
        "please stop",
        "forget it",
        "no, cancel that",
        "i told you to forget it. i dont give you my name",
    ],
)
def test_cancelling_is_heard_at_every_field(text: str) -> None:
    for asked in Field:
        reading = read(asked, text)
        assert reading is not None
        assert reading.kind is Kind.CANCEL


def test_why_is_heard_with_the_field_that_was_asked() -> None:
    reading = read(Field.CONTACT, "why do you need that?")
    assert reading == FormReading(Kind.WHY, note="consultation_contact")


@pytest.mark.parametrize(
    ("text", "changed"),
    [("change my number", Field.CONTACT), ("the name is wrong", Field.NAME)],
)
def test_any_answer_can_be_changed_before_it_is_sent(text: str, changed: Field) -> None:
    reading = read(Field.CONFIRMED, text)
    assert reading == FormReading(Kind.CHANGE, emptied=(changed,), note=changed.value)


def test_another_way_needs_another_contact() -> None:
    reading = read(Field.CONFIRMED, "change how to reach me")
    assert reading is not None
    assert reading.emptied == (Field.WAY, Field.CONTACT)


def test_no_consent_is_a_refusal() -> None:
    assert read(Field.CONSENT, "no") == FormReading(Kind.REFUSED, note="consultation_consent")


def test_a_questionnaire_without_consent_is_refused(tmp_path) -> None:
    (tmp_path / "c.yml").write_text("concerns: {other: Else}\ntimes: [Any]\n", encoding="utf-8")
    with pytest.raises(ContentError, match="'consent' needs a 'version'"):
        load_questionnaire(tmp_path / "c.yml")


@pytest.mark.parametrize("asked", [Field.NAME, Field.CONTACT])
@pytest.mark.parametrize("text", ["BY EMAIL i said", "rather email", "e-mail instead"])
def test_another_way_can_still_be_chosen(asked: Field, text: str) -> None:
    """ "BY EMAIL i said" was answered by asking for a WhatsApp number once more."""
    assert read(asked, text) == FormReading(Kind.ANSWER, {Field.WAY: "email"})
