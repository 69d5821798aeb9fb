"""The channel is off, or everything it needs is there, or it says what is missing."""

import pytest

from mesobot.channels.limits import Pace
from mesobot.channels.whatsapp.configuration import read_settings
from mesobot.consultation.environment import SettingsError
from mesobot.consultation.mail_settings import read_whatsapp_settings
from tests.graph.settings import TEST

DIALOG360 = {
    "MESOBOT_WHATSAPP_PROVIDER": "360dialog",
    "MESOBOT_WHATSAPP_APP_SECRET": "",
}


def test_it_is_off_without_its_secrets_even_where_staff_are_notified() -> None:
    account = {
        "MESOBOT_WHATSAPP_TOKEN": "t",
        "MESOBOT_WHATSAPP_PHONE_NUMBER_ID": "1",
        "MESOBOT_STAFF_WHATSAPP": "+905321234567",
        "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
    }
    assert read_settings({}) is None
    assert read_settings(account) is None
    assert read_whatsapp_settings(account) is not None


def test_it_is_on_with_all_of_them_and_staff_need_not_be_notified() -> None:
    settings = read_settings(TEST)
    assert settings is not None
    assert settings.account.messages == "https://graph.facebook.com/v23.0/1234567890/messages"
    assert settings.pair_pace == Pace(10, 45)
    assert settings.pace == Pace(4800, 80)
    assert settings.reopen is None
    assert read_whatsapp_settings(TEST) is None


@pytest.mark.parametrize("missing", [name for name in TEST if "VERSION" not in name])
def test_whatever_is_missing_is_named(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        read_settings({**TEST, missing: " "})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MESOBOT_WHATSAPP_BURST", "many"),
        ("MESOBOT_WHATSAPP_MUTE_MINUTES", "0"),
        ("MESOBOT_WHATSAPP_PROVIDER", "twilio"),
        ("MESOBOT_WHATSAPP_PHONE_NUMBER_ID", "+90 532 123 45 67"),
        ("MESOBOT_WHATSAPP_PHONE_NUMBER_ID", "1234567890   # a comment, to systemd part of it"),
        ("MESOBOT_GRAPH_URL", "http://graph.example.net"),
    ],
)
def test_what_is_wrong_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_settings({**TEST, variable: value})


def test_a_partner_has_another_address_and_header() -> None:
    settings = read_settings({**TEST, **DIALOG360})
    assert settings is not None
    assert settings.account.messages == "https://waba-v2.360dialog.io/messages"
    assert settings.account.headers == {"D360-API-KEY": TEST["MESOBOT_WHATSAPP_TOKEN"]}


def test_secrets_are_not_shown() -> None:
    shown = repr(read_settings(TEST))
    secrets = [TEST[name] for name in TEST if name.endswith(("TOKEN", "SECRET"))]
    assert not any(secret in shown for secret in secrets)
