"""What counts as an answer while a consultation request is being filled in."""

import pytest

from mesobot.consultation.form import Field, FormReading, Kind, read_answer
from mesobot.consultation.form_words import is_only_an_address
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.knowledge.source import ContentError
from mesobot.paths import CLINIC

LISTS = load_questionnaire(CLINIC / "consultation.yml")


def read(
    asked: Field,
    text: str,
    *,
    topic: str = "out_of_scope",
    score: float = 0.3,
    way: str = "whatsapp",
    contact: str | None = None,
    name: str | None = None,
) -> FormReading | None:
    answers = {Field.WAY: way} | ({Field.CONTACT: contact} if contact else {})
    answers |= {Field.NAME: name} if name else {}
    return read_answer(asked, text, LISTS, topic=topic, score=score, answers=answers)


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


@pytest.mark.parametrize("text", ["ada@mail.com", " kill.me@mail.co.uk\n"])
def test_an_address_alone_is_an_address(text: str) -> None:
    assert is_only_an_address(text)


@pytest.mark.parametrize(
    "text", ["i cannot breathe ada@mail.com", "ada@mail.com i want to die", "help@", "@b.com", ""]
)
def test_more_than_an_address_is_read_as_a_message(text: str) -> None:
    assert not is_only_an_address(text)


def test_what_is_no_answer_may_ask_what_is_stored() -> None:
    assert read(Field.CONTACT, "who keeps it", topic="what_do_you_know", score=0.6) is None
    assert read(Field.CONTACT, "delete my name again", topic="forget_me", score=0.6) is None
    given = read(Field.NAME, "i dont want to give my number", topic="forget_me", score=0.6)
    assert given is not None
    assert given.kind is Kind.CANCEL
    forget_it = read(Field.NAME, "forget it", topic="forget_me", score=0.6)
    assert forget_it is not None
    assert forget_it.kind is Kind.CANCEL
