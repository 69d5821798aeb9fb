"""Only what the platform signed is taken; anything missing means no."""

import json

import pytest

from mesobot.channels.whatsapp.configuration import ChannelSettings, read_settings
from mesobot.channels.whatsapp.signature import is_genuine
from tests.graph.payloads import sign
from tests.graph.settings import TEST
from tests.unit.whatsapp.test_configuration import DIALOG360

SECRET = TEST["MESOBOT_WHATSAPP_APP_SECRET"]
EMOJI = json.dumps({"text": "it hurts 😢"}, ensure_ascii=False).encode()
ESCAPED = json.dumps({"text": "it hurts 😢"}).encode()


def settings(**changes: str) -> ChannelSettings:
    found = read_settings({**TEST, **changes})
    assert found
    return found


@pytest.mark.parametrize("body", [EMOJI, ESCAPED, b""])
def test_the_raw_body_counts(body: bytes) -> None:
    assert is_genuine(settings(), {"x-hub-signature-256": sign(SECRET, body)}, body)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        sign(SECRET, ESCAPED),
        sign("another", EMOJI),
        sign(SECRET, EMOJI).upper(),
        sign(SECRET, EMOJI).removeprefix("sha256="),
        "sha256=ü",
    ],
)
def test_anything_else_is_refused(signature: str | None) -> None:
    headers = {"x-hub-signature-256": signature} if signature is not None else {}
    assert not is_genuine(settings(), headers, EMOJI)


def test_one_byte_changed_is_refused() -> None:
    headers = {"x-hub-signature-256": sign(SECRET, EMOJI)}
    assert not is_genuine(settings(), headers, EMOJI.replace(b"hurts", b"hurtz"))


def test_a_partner_that_signs_nothing_shows_a_token() -> None:
    partner = settings(**DIALOG360)
    token = TEST["MESOBOT_WHATSAPP_VERIFY_TOKEN"]
    assert is_genuine(partner, {"x-mesobot-token": token}, EMOJI)
    assert not is_genuine(partner, {"x-mesobot-token": "another"}, EMOJI)
    assert not is_genuine(partner, {}, EMOJI)
    assert not is_genuine(settings(), {"x-mesobot-token": token}, EMOJI)
