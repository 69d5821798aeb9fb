from pathlib import Path

import pytest

from mesobot.consultation.environment import SettingsError, is_loopback
from mesobot.consultation.mail_settings import (
    Security,
    catcher_port,
    read_digest_address,
    read_mail_settings,
    read_whatsapp_settings,
)
from tests.faults.mail_peers import certificate

SERVER = {
    "MESOBOT_SMTP_HOST": "mail.clinic.com.tr",
    "MESOBOT_SMTP_USER": "assistant",
    "MESOBOT_SMTP_PASSWORD": "s3cret",
    "MESOBOT_MAIL_FROM": "Mesotherapy Clinic <assistant@clinic.com.tr>",
}
WHATSAPP = {
    "MESOBOT_WHATSAPP_TOKEN": "t0ken",
    "MESOBOT_WHATSAPP_PHONE_NUMBER_ID": "1234567890",
    "MESOBOT_STAFF_WHATSAPP": "+90 532 123 45 67",
    "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
}


def test_encryption_is_the_default() -> None:
    settings = read_mail_settings(SERVER)
    assert (settings.security, settings.port) == (Security.STARTTLS, 587)
    assert settings.sender.addr_spec == "assistant@clinic.com.tr"
    assert settings.sender.display_name == "Mesotherapy Clinic"
    assert not settings.caught


def test_each_kind_of_encryption_has_its_port() -> None:
    assert read_mail_settings({**SERVER, "MESOBOT_SMTP_SECURITY": "tls"}).port == 465
    assert read_mail_settings({**SERVER, "MESOBOT_SMTP_PORT": "2587"}).port == 2587


def test_without_a_server_mails_are_caught_on_this_machine() -> None:
    settings = read_mail_settings({"MESOBOT_CATCHER_PORT": "2626"})
    assert settings.caught
    assert (settings.host, settings.port, settings.user) == ("127.0.0.1", 2626, None)
    assert catcher_port({}) == 2525


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_without_encryption_only_on_this_machine(host: str) -> None:
    settings = {**SERVER, "MESOBOT_SMTP_SECURITY": "none"}
    assert read_mail_settings({**settings, "MESOBOT_SMTP_HOST": host}).security is Security.NONE
    with pytest.raises(SettingsError, match="only for a server on this machine"):
        read_mail_settings(settings)


@pytest.mark.parametrize("host", ["localhost.evil.com", "10.0.0.1", "127.0.0.1.evil.com", ""])
def test_a_host_elsewhere_is_not_this_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"MESOBOT_SMTP_SECURITY": "ssl"}, "MESOBOT_SMTP_SECURITY must be"),
        ({"MESOBOT_SMTP_PORT": "smtp"}, "MESOBOT_SMTP_PORT must be"),
        ({"MESOBOT_SMTP_PORT": "70000"}, "MESOBOT_SMTP_PORT must be"),
        ({"MESOBOT_SMTP_PASSWORD": ""}, "give both or neither"),
        ({"MESOBOT_MAIL_FROM": ""}, "MESOBOT_MAIL_FROM must be"),
        ({"MESOBOT_MAIL_FROM": "nobody"}, "MESOBOT_MAIL_FROM must be"),
        ({"MESOBOT_MAIL_FROM": "a@b.com\r\nBcc: c@d.com"}, "MESOBOT_MAIL_FROM must be"),
        ({"MESOBOT_MAIL_FROM": "ünal@b.com"}, "MESOBOT_MAIL_FROM"),
        ({"MESOBOT_SMTP_CA_FILE": "/nowhere.pem"}, "MESOBOT_SMTP_CA_FILE must be"),
        ({"MESOBOT_SMTP_HOST": ""}, "without MESOBOT_SMTP_HOST"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read_mail_settings({**SERVER, **change})


def test_own_certificates_are_taken(tmp_path: Path) -> None:
    file, _ = certificate(tmp_path, "127.0.0.1")
    assert read_mail_settings({**SERVER, "MESOBOT_SMTP_CA_FILE": str(file)}).ca_file == file
    file.write_text("no certificate", encoding="utf-8")
    with pytest.raises(SettingsError, match="MESOBOT_SMTP_CA_FILE must be"):
        read_mail_settings({**SERVER, "MESOBOT_SMTP_CA_FILE": str(file)})


def test_whatsapp_notifications_are_a_choice() -> None:
    assert read_whatsapp_settings(SERVER) is None
    settings = read_whatsapp_settings(WHATSAPP)
    assert settings is not None
    assert (settings.staff, settings.language) == ("905321234567", "en")
    assert settings.account.url == "https://graph.facebook.com"


@pytest.mark.parametrize("variable", WHATSAPP)
def test_half_of_the_whatsapp_settings_is_refused(variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_whatsapp_settings({**WHATSAPP, variable: " "})


@pytest.mark.parametrize(
    "change",
    [
        {"MESOBOT_STAFF_WHATSAPP": "0532 123 45 67"},
        {"MESOBOT_STAFF_WHATSAPP": "the desk"},
        {"MESOBOT_GRAPH_URL": "http://graph.example.net"},
        {"MESOBOT_GRAPH_URL": "graph.facebook.com"},
    ],
)
def test_a_wrong_whatsapp_setting_is_named(change: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(change))):
        read_whatsapp_settings({**WHATSAPP, **change})


def test_secrets_are_not_shown() -> None:
    assert "s3cret" not in repr(read_mail_settings(SERVER))
    assert "t0ken" not in repr(read_whatsapp_settings(WHATSAPP))


def test_nobody_gets_the_digest_unless_somebody_is_named() -> None:
    assert read_digest_address({}) is None
    assert read_digest_address({"MESOBOT_DIGEST_EMAIL": " "}) is None
    assert (
        read_digest_address({"MESOBOT_DIGEST_EMAIL": "staff@clinic.com.tr "})
        == "staff@clinic.com.tr"
    )


@pytest.mark.parametrize(
    "text",
    [
        "staff",
        "@clinic.com",
        "a@x.com, b@x.com",
        "Staff <a@x.com>",
        "a@x.com\nBcc: b@x.com",
        "ä@x.com",
    ],
)
def test_one_plain_address_gets_the_digest(text: str) -> None:
    with pytest.raises(SettingsError, match="MESOBOT_DIGEST_EMAIL must be one e-mail address"):
        read_digest_address({"MESOBOT_DIGEST_EMAIL": text})
