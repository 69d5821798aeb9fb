"""The channel starts whole, or says what is missing, or is off and says so."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.exceptions import RasaException

from mesobot.channels.rest import RequestError, read_request
from mesobot.channels.whatsapp.channel import WhatsAppChannel
from tests.graph.settings import TEST


async def nobody(_message: Any) -> None:
    """Answers nothing."""


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*TEST, "MESOBOT_ENCRYPTION_KEY"):
        monkeypatch.delenv(name, raising=False)


def routes(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    blueprint = WhatsAppChannel().blueprint(nobody)
    return sorted(route.uri for route in blueprint._future_routes)


def test_it_is_off_and_has_no_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    assert routes(monkeypatch) == ["/"]


def test_it_is_on_with_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    assert routes(monkeypatch, **TEST) == ["/", "/webhook", "/webhook"]


@pytest.mark.parametrize("missing", [name for name in TEST if "VERSION" not in name])
def test_it_refuses_to_start_and_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    with pytest.raises(RasaException, match=f"WhatsApp cannot start: .*{missing}"):
        routes(monkeypatch, **{**TEST, missing: ""})


def test_a_key_that_is_none_is_said_and_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RasaException, match="MESOBOT_ENCRYPTION_KEY") as refused:
        routes(monkeypatch, **TEST, MESOBOT_ENCRYPTION_KEY="s3cret-key")
    assert "s3cret-key" not in str(refused.value)


def test_no_other_channel_may_name_its_people() -> None:
    with pytest.raises(RequestError, match="another channel"):
        read_request(b'{"sender": "wa:0123", "message": "hello"}')
