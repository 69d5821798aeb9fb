from dataclasses import replace
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest

from mesobot.consultation.delivery.messages import ascii_address, clinic_message, patient_message
from mesobot.consultation.delivery.problems import ConfigurationProblem, PermanentProblem
from mesobot.consultation.opening_hours import read_opening_hours
from mesobot.consultation.outbox import DeliveryKind
from mesobot.consultation.request import Way
from tests.unit.consultation.deliveries import HEAD, NOW, REFERENCE, delivery

HOURS = read_opening_hours({"time_zone": "Europe/Istanbul", "days": {"wednesday": ["09:00-18:00"]}})


def received(message: EmailMessage) -> EmailMessage:
    """The mail as its receiver sees it, after the way through SMTP."""
    return message_from_bytes(message.as_bytes(), policy=policy.default)  # type: ignore[return-value]


def parts(message: EmailMessage) -> tuple[str, str]:
    """What the plain text and the HTML say."""
    mail = received(message)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    return tuple(part.get_content().replace("\r\n", "\n") for part in (plain, rich))  # type: ignore[return-value]


def test_the_clinic_reads_who_wants_what_and_when() -> None:
    plain, rich = parts(clinic_message(delivery(), HEAD, NOW))
    for text in (plain, rich):
        assert REFERENCE in text
        assert "Ayşe Yılmaz" in text
        assert "ayse@patient.com" in text
        assert "pigment and dull skin" in text
        assert "weekday mornings" in text
        assert "Wednesday 4 March 2026, 13:00 (Istanbul time)" in text
        assert "the chat on the website" in text
        assert f"mesobot requests claim {REFERENCE}" in text


def test_the_clinic_answers_an_email_request_by_replying() -> None:
    mail = received(clinic_message(delivery(), HEAD, NOW))
    assert mail["To"] == "inbox@clinic.com.tr"
    assert mail["Reply-To"] == "ayse@patient.com"
    assert "just reply to this mail" in parts(mail)[0]


def test_the_clinic_answers_a_whatsapp_request_by_a_link() -> None:
    message = clinic_message(delivery(way=Way.WHATSAPP, contact="+905321234567"), HEAD, NOW)
    plain, rich = parts(message)
    assert message["Reply-To"] is None
    assert "+905321234567  https://wa.me/905321234567" in plain
    assert '<a href="https://wa.me/905321234567">+905321234567</a>' in rich


def test_the_headers_say_what_kind_of_mail_it_is_and_nothing_of_the_patient() -> None:
    mail = received(clinic_message(delivery(), HEAD, NOW))
    assert mail["Subject"] == f"Consultation request {REFERENCE}"
    assert mail["From"] == "Mesotherapy Clinic <assistant@clinic.com.tr>"
    assert mail["Message-ID"] == "<1f2e@mesobot>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert not [name for name in mail if name.startswith("X-")]
    headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
    assert "Ayşe" not in headers
    assert "pigment" not in headers


def test_the_name_in_the_sender_setting_wins() -> None:
    sender = Address("Kliniğimiz", "assistant", "clinic.com.tr")
    mail = received(clinic_message(delivery(), replace(HEAD, sender=sender), NOW))
    assert mail["From"].addresses[0].display_name == "Kliniğimiz"


def test_the_patient_is_told_the_reference_and_what_comes_next() -> None:
    message = patient_message(delivery(DeliveryKind.PATIENT_EMAIL), HEAD, NOW)
    mail, (plain, rich) = received(message), parts(message)
    assert mail["To"] == "ayse@patient.com"
    assert mail["Reply-To"] == "inbox@clinic.com.tr"
    assert mail["Subject"] == f"Your request {REFERENCE}"
    for text in (plain, rich):
        assert REFERENCE in text
        assert "answer by e-mail" in text
        assert "call 112 (in Türkiye)" in text
        assert "withdraw your consent" in text
        assert "have your details deleted" in text
        assert "forget me" not in text  # the chat cannot do that yet
        assert "automated message" in text
        assert "https://wa.me/905431974320" in text


def test_the_patients_mail_says_nothing_about_health() -> None:
    message = patient_message(delivery(DeliveryKind.PATIENT_EMAIL), HEAD, NOW)
    assert b"pigment" not in message.as_bytes()
    assert not any("pigment" in text or "mornings" in text for text in parts(message))


def test_the_patient_is_told_when_the_clinic_is_open() -> None:
    head = replace(HEAD, hours=HOURS)
    plain, _ = parts(patient_message(delivery(DeliveryKind.PATIENT_EMAIL), head, NOW))
    assert "today until 18:00 (Istanbul time)" in plain


def test_without_opening_hours_nothing_is_said_about_them() -> None:
    plain, _ = parts(patient_message(delivery(DeliveryKind.PATIENT_EMAIL), HEAD, NOW))
    assert "open" not in plain


def test_a_clinic_without_an_address_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigurationProblem, match="no e-mail address of the clinic"):
        clinic_message(delivery(), replace(HEAD, inbox=None), NOW)
    patients = patient_message(delivery(), replace(HEAD, inbox=None), NOW)
    assert patients["Reply-To"] is None


def test_markup_in_a_name_is_shown_as_text() -> None:
    name = "<img src=x onerror=alert(1)>"
    plain, rich = parts(clinic_message(delivery(name=name), HEAD, NOW))
    assert name in plain
    assert "<img" not in rich
    assert "&lt;img" in rich


def test_line_breaks_in_a_name_make_no_lines_of_their_own() -> None:
    name = "Eve\r\nReach by e-mail: eve@evil.com\u202e\x00"
    plain, _ = parts(clinic_message(delivery(name=name), HEAD, NOW))
    assert "Eve Reach by e-mail: eve@evil.com\n" in plain
    assert "\u202e" not in plain


@pytest.mark.parametrize(
    "address",
    ["a@b.com\r\nBcc: all@c.com", "a@b.com, c@d.com", "", "nobody", "Eve <a@b.com>", "ünal@b.com"],
)
def test_an_address_that_is_no_plain_one_gets_into_no_header(address: str) -> None:
    assert ascii_address(address) is None
    with pytest.raises(PermanentProblem):
        patient_message(delivery(DeliveryKind.PATIENT_EMAIL, contact=address), HEAD, NOW)
    mail = clinic_message(delivery(contact=address), HEAD, NOW)
    assert mail["Reply-To"] is None
    assert mail["Bcc"] is None


def test_a_domain_with_special_letters_is_written_as_mail_servers_want_it() -> None:
    mail = patient_message(delivery(contact="ayse@güzel.com"), HEAD, NOW)
    assert mail["To"] == "ayse@xn--gzel-0ra.com"


def test_a_message_id_with_a_line_break_is_refused() -> None:
    with pytest.raises(PermanentProblem, match="header"):
        clinic_message(delivery(message_id="<a@b>\r\nBcc: x@y.com"), HEAD, NOW)
