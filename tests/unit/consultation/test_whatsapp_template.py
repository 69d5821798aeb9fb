"""What the Graph API is sent and what its answers mean; real calls are in tests/faults."""

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from mesobot.consultation.delivery.graph import problem_of
from mesobot.consultation.delivery.problems import (
    ConfigurationProblem,
    DeliveryProblem,
    PermanentProblem,
    TemporaryProblem,
)
from mesobot.consultation.delivery.whatsapp_template import template_message
from mesobot.consultation.graph_account import GraphAccount
from mesobot.consultation.mail_settings import WhatsAppSettings
from mesobot.consultation.outbox import DeliveryKind
from tests.unit.consultation.deliveries import NOW, REFERENCE, delivery

SETTINGS = WhatsAppSettings(
    account=GraphAccount("https://graph.facebook.com", "v23.0", "1234567890", "t0ken"),
    staff="905321234567",
    template="new_request",
    language="tr",
)
ACCEPTED = {"messages": [{"id": "wamid.1"}]}


def refused(code: int, subcode: int | None = None) -> dict[str, object]:
    return {"error": {"code": code, "error_subcode": subcode, "message": "to +905321234567"}}


def test_the_message_carries_the_reference_and_the_way_only() -> None:
    body = template_message(delivery(DeliveryKind.CLINIC_WHATSAPP), SETTINGS)
    parameters = body["template"]["components"][0]["parameters"]
    assert [parameter["text"] for parameter in parameters] == [REFERENCE, "e-mail"]
    assert body["to"] == "905321234567"
    assert body["template"]["language"] == {"code": "tr"}
    sent = json.dumps(body, ensure_ascii=False)
    assert not any(word in sent for word in ("Ayşe", "ayse", "pigment", "mornings"))


def test_an_accepted_message_is_no_problem() -> None:
    assert problem_of(200, {}, ACCEPTED, NOW) is None


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (429, {}, TemporaryProblem, "429"),
        (400, refused(130429), TemporaryProblem, "400, error 130429"),
        (400, refused(131056), TemporaryProblem, "400, error 131056"),
        (400, refused(80007), TemporaryProblem, "400, error 80007"),
        (500, {}, TemporaryProblem, "500"),
        (503, refused(131016), TemporaryProblem, "503, error 131016"),
        (401, refused(190), ConfigurationProblem, "401, error 190"),
        (400, refused(190), ConfigurationProblem, "400, error 190"),
        (401, {}, ConfigurationProblem, "401"),
        (403, refused(200), ConfigurationProblem, "403, error 200"),
        (400, refused(100, 33), ConfigurationProblem, "400, error 100"),
        (400, refused(131042), ConfigurationProblem, "400, error 131042"),
        (404, {}, ConfigurationProblem, "404"),
        (400, refused(100), PermanentProblem, "400, error 100"),
        (400, refused(131026), PermanentProblem, "400, error 131026"),
        (400, refused(131047), PermanentProblem, "400, error 131047"),
        (400, refused(132001), PermanentProblem, "400, error 132001"),
        (404, refused(132001), PermanentProblem, "404, error 132001"),
        (400, refused(131008), PermanentProblem, "400, error 131008"),
        (302, {}, TemporaryProblem, "302, unexpected"),
        (200, {}, TemporaryProblem, "200, unexpected"),
        (200, {"error": "odd"}, TemporaryProblem, "200, unexpected"),
        (400, {"error": {"code": "190"}}, PermanentProblem, "400"),
    ],
)
def test_an_answer_means(
    status: int, body: dict[str, object], kind: type[DeliveryProblem], text: str
) -> None:
    problem = problem_of(status, {}, body, NOW)
    assert type(problem) is kind
    assert str(problem) == text


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (format_datetime(NOW + timedelta(minutes=3)), timedelta(minutes=3)),
        (format_datetime(NOW - timedelta(minutes=3)), timedelta(0)),
        ("9" * 40, timedelta(days=1)),
        ("soon", None),
        ("-5", None),
    ],
)
def test_the_asked_for_pause_is_understood(value: str, wait: timedelta | None) -> None:
    problem = problem_of(429, {"Retry-After": value}, {}, NOW)
    assert isinstance(problem, TemporaryProblem)
    assert problem.retry_after == wait
