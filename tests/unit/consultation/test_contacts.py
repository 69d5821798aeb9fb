import pytest

from mesobot.consultation.contacts import (
    LONGEST_NAME,
    ContactProblem,
    Fault,
    read_email,
    read_name,
    read_phone,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0532 123 45 67", "+905321234567"),
        ("5321234567", "+905321234567"),
        ("905321234567", "+905321234567"),
        ("(0532) 123-45-67", "+905321234567"),
        ("0532.123.45.67", "+905321234567"),
        ("my number is 0532 123 45 67.", "+905321234567"),
        ("0532 123 45 67, that is +90 532 123 45 67", "+905321234567"),
        ("05321234567 ext 5", "+905321234567"),
        ("٠٥٣٢ ١٢٣ ٤٥ ٦٧", "+905321234567"),
        ("۰۵۳۲ ۱۲۳ ۴۵ ۶۷", "+905321234567"),
        ("０５３２１２３４５６７", "+905321234567"),
        ("\u202a+90 532 123 45 67\u202c", "+905321234567"),
        ("+44 7911 123456", "+447911123456"),
        ("0044 7911 123456", "+447911123456"),
        ("call me on +7 912 345-67-89 please", "+79123456789"),
        ("+98 912 345 6789", "+989123456789"),
        ("+1 512 555 0123", "+15125550123"),
    ],
)
def test_a_phone_number_is_read(text: str, number: str) -> None:
    assert read_phone(text).e164 == number


def test_a_phone_number_is_printed_as_people_read_it() -> None:
    assert read_phone("05321234567 ext 5").international == "+90 532 123 45 67"


def test_a_phone_number_without_country_code_is_one_of_the_region() -> None:
    assert read_phone("07911 123456", region="GB").e164 == "+447911123456"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.NOT_A_NUMBER),
        ("five three two", Fault.NOT_A_NUMBER),
        ("call me at 5", Fault.NOT_A_NUMBER),
        ("why do you need that?", Fault.NOT_A_NUMBER),
        ("12345", Fault.TOO_SHORT),
        ("0532 123 45", Fault.TOO_SHORT),
        ("+90 532", Fault.TOO_SHORT),
        ("0532 123 45 67 8", Fault.INVALID),
        ("+999 123 4567 890", Fault.INVALID),
        ("123456789012345678901", Fault.INVALID),
        ("07911 123456", Fault.NEEDS_COUNTRY_CODE),
        ("0612345678", Fault.NEEDS_COUNTRY_CODE),
        ("050 123 4567", Fault.NEEDS_COUNTRY_CODE),
        ("0212 555 12 34", Fault.LANDLINE),
        ("+49 30 901820", Fault.LANDLINE),
        ("444 1 444", Fault.LANDLINE),
        ("0532 123 45 67 or 0533 123 45 67", Fault.SEVERAL),
        ("05321234567/05331234567", Fault.SEVERAL),
    ],
)
def test_what_is_wrong_with_a_phone_number_is_said(text: str, fault: Fault) -> None:
    with pytest.raises(ContactProblem) as caught:
        read_phone(text)
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@x.org", "ada@x.org"),
        ("it is ada@x.org.", "ada@x.org"),
        ("Ada <ada@x.org>", "ada@x.org"),
        ("ada @ x.org", "ada@x.org"),
        ("mailto:ada@x.org", "ada@x.org"),
        ("ada@x.org\r\n", "ada@x.org"),
        ("ada@X.ORG", "ada@x.org"),
        ("ada@x.org, I mean Ada@x.org", "Ada@x.org"),
        ("o'neill+clinic@x.org", "o'neill+clinic@x.org"),
        ("ada@пример.рф", "ada@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_an_email_address_is_read(text: str, address: str) -> None:
    assert read_email(text) == address


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.NOT_AN_EMAIL),
        ("ada at x.org", Fault.NOT_AN_EMAIL),
        ("ada@localhost", Fault.NOT_AN_EMAIL),
        ("a@b@c.org", Fault.NOT_AN_EMAIL),
        ("ada@x,org", Fault.NOT_AN_EMAIL),
        ("мария@x.org", Fault.NOT_AN_EMAIL),
        (f"{'x' * 300}@x.org", Fault.NOT_AN_EMAIL),
        ("ada@x.org or bob@x.org", Fault.SEVERAL),
        ("ada@x.org\r\nBcc: bob@x.org", Fault.CONTROL_CHARACTERS),
        ("ada@x.org\nada@x.org", Fault.CONTROL_CHARACTERS),
        ("ada\x00@x.org", Fault.CONTROL_CHARACTERS),
        ("ada@x\u200b.org", Fault.CONTROL_CHARACTERS),
        ("ada@x.org\u2028Bcc", Fault.CONTROL_CHARACTERS),
    ],
)
def test_what_is_wrong_with_an_email_address_is_said(text: str, fault: Fault) -> None:
    with pytest.raises(ContactProblem) as caught:
        read_email(text)
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ayşe", "Ayşe"),
        ("Мария", "Мария"),
        ("محمد", "محمد"),
        ("李小龙", "李小龙"),
        ("نمی\u200cدانم", "نمی\u200cدانم"),
        ("O'Neill-Smith", "O'Neill-Smith"),
        ("J.R. Smith", "J.R. Smith"),
        ("Dr. Smith", "Dr. Smith"),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("my name is Ada Lovelace.", "Ada Lovelace"),
        ("Hi, I’m Ada", "Ada"),
        ("im Ada", "Ada"),
        ("Im Yoon", "Yoon"),
        ("Im", "Im"),
        ("Imran", "Imran"),
        ("Louis 14", "Louis 14"),
        ("Hannah Moreau and i am 34 years old", "Hannah Moreau"),
        ("my name is Zeynep Kaya, I'm 29", "Zeynep Kaya"),
        ("Olga Petrova, 41", "Olga Petrova"),
        ("Olga Petrova (41 y.o.)", "Olga Petrova"),
        ("Emine 52 yaşında", "Emine"),
        ("Ada Age", "Ada Age"),
        ("Ays\u0327e", "Ayşe"),
        ('{"name": "Ada"}', '{"name": "Ada"}'),
        ("A" * LONGEST_NAME, "A" * LONGEST_NAME),
    ],
)
def test_a_name_is_read(text: str, name: str) -> None:
    assert read_name(text) == name


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.NO_LETTER),
        ("my name is", Fault.NO_LETTER),
        ("12345", Fault.NO_LETTER),
        ("🙂", Fault.NO_LETTER),
        ("A" * 500, Fault.TOO_LONG),
        ("Why do you need that?", Fault.QUESTION),
        ("لماذا؟", Fault.QUESTION),
        ("<b>Ada</b>", Fault.MARKUP),
        ("=cmd|' /C calc'!A0", Fault.FORMULA),
        ("my name is =cmd", Fault.FORMULA),
        ("+Ada", Fault.FORMULA),
        ("-Ada", Fault.FORMULA),
        ("@ada", Fault.FORMULA),
        ("＝cmd", Fault.FORMULA),
        ("ada@x.org", Fault.EMAIL_AS_NAME),
        ("https://x.org", Fault.LINK),
        ("www.x.org", Fault.LINK),
        ("Ada x.com", Fault.LINK),
        ("javascript:alert(1)", Fault.LINK),
        ("Ada 0532 123 45 67", Fault.NUMBER_AS_NAME),
        ("Ada\r\nBcc: x", Fault.CONTROL_CHARACTERS),
        ("Ada\tL", Fault.CONTROL_CHARACTERS),
        ("Ada\x00", Fault.CONTROL_CHARACTERS),
        ("\u202eadA", Fault.CONTROL_CHARACTERS),
        ("Ada\ud800", Fault.CONTROL_CHARACTERS),
    ],
)
def test_what_is_wrong_with_a_name_is_said(text: str, fault: Fault) -> None:
    with pytest.raises(ContactProblem) as caught:
        read_name(text)
    assert caught.value.fault is fault


def test_a_refusal_does_not_repeat_what_was_written() -> None:
    with pytest.raises(ContactProblem) as caught:
        read_email("canary at x.org")
    assert "canary" not in str(caught.value)
