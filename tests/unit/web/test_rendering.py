import os

import pytest

from mesobot.channels.web.rendering import links, render_reply
from mesobot.knowledge.clinic import Clinic, load_clinic
from mesobot.paths import CLINIC

LINK = "https://wa.me/905431974320"


@pytest.fixture
def clinic() -> Clinic:
    return load_clinic(
        CLINIC / "clinic.yml", {**os.environ, "MESOBOT_CLINIC_EMAIL": "hello@clinic-a.com"}
    )


def test_nothing_said_is_no_reply(clinic: Clinic) -> None:
    assert render_reply([], clinic) is None
    assert render_reply([{"text": " "}, {"text": None}], clinic) is None


def test_several_messages_are_one_reply(clinic: Clinic) -> None:
    reply = render_reply(
        [
            {
                "text": "It hurts little.\n",
                "buttons": [{"title": "A", "payload": "a"}],
                "metadata": {"topics": ["pain"], "facts": ["pain-1"]},
            },
            {
                "text": "What is your name?",
                "buttons": [{"title": "Skip", "payload": "skip"}, {"title": "No payload"}],
                "metadata": {"topics": ["pain", "name"]},
            },
        ],
        clinic,
    )
    assert reply == {
        "text": "It hurts little.\nWhat is your name?",
        "lang": "en",
        "topics": ["pain", "name"],
        "label": "From the clinic's article",
        "choices": [
            {"title": "Skip", "value": "skip"},
            {"title": "No payload", "value": "No payload"},
        ],
    }


def test_buttons_of_an_earlier_message_are_not_offered(clinic: Clinic) -> None:
    sent = [{"text": "a", "buttons": [{"title": "A", "payload": "a"}]}, {"text": "b"}]
    assert "choices" not in (render_reply(sent, clinic) or {})


def test_bare_text_is_a_reply(clinic: Clinic) -> None:
    assert render_reply([{"text": "hi"}], clinic) == {"text": "hi", "lang": "en"}


def test_the_most_serious_alarm_counts(clinic: Clinic) -> None:
    sent = [
        {"text": "a", "metadata": {"alarm": "see_doctor_today"}},
        {"text": "Call 112.", "metadata": {"alarm": "medical_emergency"}},
    ]
    reply = render_reply(sent, clinic) or {}
    assert reply["alarm"] == "medical_emergency"
    assert reply["links"] == [{"kind": "tel", "href": "tel:112", "text": "112"}]


def test_the_language_is_the_replys(clinic: Clinic) -> None:
    assert (render_reply([{"text": "x", "metadata": {"lang": "tr"}}], clinic) or {})["lang"] == "tr"
    odd = {"lang": '"><script>'}
    assert (render_reply([{"text": "x", "metadata": odd}], clinic) or {})["lang"] == "en"


@pytest.mark.parametrize(
    ("text", "href"),
    [
        (f"WhatsApp: {LINK}.", LINK),
        (f"{LINK}?text=Hello%20M-7K3F9Q.", f"{LINK}?text=Hello%20M-7K3F9Q"),
        (f"{LINK}, {LINK}?text=Hello", f"{LINK}?text=Hello"),
        ("WhatsApp +90 543 197 43 20", LINK),
    ],
)
def test_the_clinics_whatsapp_is_a_link(clinic: Clinic, text: str, href: str) -> None:
    expected = [{"kind": "whatsapp", "href": href, "text": "+90 543 197 43 20"}]
    assert links(text, clinic, urgent=False) == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://wa.me/905551112233",
        f"{LINK}99",
        "https://evil.example",
        "javascript:alert(1)",
        "call 112",
        "mail me@else.where",
    ],
)
def test_nobody_elses_address_is_a_link(clinic: Clinic, text: str) -> None:
    assert links(text, clinic, urgent=False) == []


def test_the_clinics_email_is_a_link(clinic: Clinic) -> None:
    expected = [
        {"kind": "email", "href": "mailto:hello@clinic-a.com", "text": "hello@clinic-a.com"}
    ]
    assert links("by e-mail: hello@clinic-a.com.", clinic, urgent=False) == expected


def test_a_long_whatsapp_link_is_short_in_the_text_and_whole_on_its_card(clinic: Clinic) -> None:
    """A patient saw six lines of "%20" in the middle of a sentence."""
    sent = [{"text": f"Write: {LINK}?text=Hello%2C%20clinic., or say it here."}]
    reply = render_reply(sent, clinic) or {}
    assert reply["text"] == f"Write: {LINK}., or say it here."
    assert reply["links"][0]["href"] == f"{LINK}?text=Hello%2C%20clinic"
