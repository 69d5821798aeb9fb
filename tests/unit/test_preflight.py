"""A server for the public refuses to start with what would harm it, and names it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mesobot import paths
from mesobot.preflight import problems
from tests.graph.settings import TEST as WHATSAPP

SECRET = "s" * 40
GOOD = {
    "MESOBOT_PRODUCTION": "1",
    "MESOBOT_WEB_ORIGINS": "https://www.clinic-site.com",
    "MESOBOT_WEB_PROXIES": "1",
    "MESOBOT_WEB_SECRET": SECRET,
    "MESOBOT_ACTIONS_TOKEN": SECRET,
    "MESOBOT_SEAL_KEY": SECRET,
    "MESOBOT_ENCRYPTION_KEY": Fernet.generate_key().decode(),
    "MESOBOT_TRACKER_DB": "postgresql://mesobot:pw@db/chats",
    "MESOBOT_REQUESTS_DB": "postgresql://mesobot:pw@db/requests",
    "MESOBOT_REDIS_URL": "redis://:pw@redis:6379/0",
    "MESOBOT_CLINIC_EMAIL": "hello@clinic-site.com",
    "MESOBOT_SMTP_HOST": "mail.clinic-site.com",
    "MESOBOT_MAIL_FROM": "Clinic <bot@clinic-site.com>",
}
PUBLIC = ("run", "--credentials", str(paths.ROOT / "credentials.public.yml"))
RASA, ACTIONS = "rasa", "mesobot.action_server"
RELAY = "mesobot.consultation.relay_process"


def found(module: str = RASA, arguments: tuple[str, ...] = PUBLIC, **changed: str) -> str:
    return "\n".join(problems(module, arguments, {**GOOD, **changed}))


@pytest.mark.parametrize("module", [RASA, ACTIONS, RELAY])
def test_with_everything_right_all_may_start(module: str) -> None:
    assert found(module) == ""


@pytest.mark.parametrize(
    ("module", "variable", "value"),
    [
        (RASA, "MESOBOT_WEB_ORIGINS", ""),
        (RASA, "MESOBOT_WEB_ORIGINS", "*"),
        (RASA, "MESOBOT_WEB_ORIGINS", "https://*.clinic-site.com"),
        (RASA, "MESOBOT_WEB_ORIGINS", "https://a.com, http://b.com"),
        (RASA, "MESOBOT_WEB_PROXIES", "0"),
        (RASA, "MESOBOT_WEB_SECRET", ""),
        (RASA, "MESOBOT_WEB_SECRET", "short"),
        (RASA, "MESOBOT_ACTIONS_TOKEN", ""),
        (ACTIONS, "MESOBOT_ACTIONS_TOKEN", "short"),
        (RASA, "MESOBOT_SEAL_KEY", ""),
        (ACTIONS, "MESOBOT_ENCRYPTION_KEY", ""),
        (RELAY, "MESOBOT_ENCRYPTION_KEY", "no key"),
        (RASA, "MESOBOT_TRACKER_DB", ""),
        (ACTIONS, "MESOBOT_REQUESTS_DB", "sqlite:///requests.db"),
        (RASA, "MESOBOT_REDIS_URL", ""),
        (RASA, "MESOBOT_CLINIC_EMAIL", ""),
        (RELAY, "MESOBOT_CLINIC_EMAIL", "info@example.com"),
        (RASA, "MESOBOT_CLINIC_EMAIL", "[email protected]"),
        (RELAY, "MESOBOT_SMTP_HOST", ""),
        (RELAY, "MESOBOT_MAIL_FROM", ""),
        (RASA, "LOG_LEVEL", "debug"),
        (ACTIONS, "LOG_LEVEL", "DEBUG"),
        (RELAY, "LOG_LEVEL_LIBRARIES", "DEBUG"),
        (RASA, "MESOBOT_DEMO", "1"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(
    module: str, variable: str, value: str
) -> None:
    sentences = found(module, **{variable: value})
    assert variable in sentences
    assert not value or value not in sentences or len(value) < 6, "it quotes the value"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MESOBOT_ENCRYPTION_KEY", ""),
        ("MESOBOT_ENCRYPTION_KEY", "no key"),
        ("MESOBOT_REQUESTS_DB", ""),
        ("MESOBOT_REQUESTS_DB", "sqlite:///requests.db"),
        ("MESOBOT_WHATSAPP_PHONE_NUMBER_ID", "12 # step 2"),
        ("MESOBOT_WHATSAPP_TOKEN", ""),
    ],
)
def test_messages_on_whatsapp_are_not_kept_unprotected(variable: str, value: str) -> None:
    """Rasa once kept them in an SQLite file without a key, where nobody looked for them."""
    assert found(**WHATSAPP) == ""
    assert variable in found(**{**WHATSAPP, variable: value})


@pytest.mark.parametrize("variable", ["MESOBOT_ENCRYPTION_KEY", "MESOBOT_REQUESTS_DB"])
def test_without_chats_on_whatsapp_rasa_needs_no_key_to_requests(variable: str) -> None:
    staff_only = {k: v for k, v in WHATSAPP.items() if k.endswith(("_ID", "WHATSAPP_TOKEN"))}
    assert found(**{**staff_only, variable: ""}) == ""


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (("--enable-api",), "--enable-api"),
        (("--debug",), "--debug"),
        (("-vv",), "--debug"),
        (("--cors", "*"), "--cors"),
        (("--connector", "rest"), "--connector"),
        (("--credentials=credentials.yml",), "RestChannel"),
        (("--remote-storage", "aws"), "--remote-storage"),
    ],
)
def test_an_option_that_opens_too_much_is_named(option: tuple[str, ...], named: str) -> None:
    arguments = ("run", *option) if "credentials" in option[0] else (*PUBLIC, *option)
    assert named in found(arguments=arguments)


@pytest.mark.parametrize("content", ["", "rest:\n", "socketio: {}\n", "[not, channels"])
def test_other_channels_than_ours_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "credentials.yml"
    file.write_text(content)
    assert "--credentials" in found(arguments=("run", "--credentials", str(file)))
    assert "--credentials" in found(arguments=("run",))


@pytest.mark.parametrize("module", [RASA, ACTIONS, RELAY])
def test_the_launch_path_refuses(module: str) -> None:
    """The real command, with nothing set but the mode."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("MESOBOT_")}
    done = subprocess.run(
        [sys.executable, "-m", "mesobot.launch", module, "run", "--enable-api"],
        cwd=paths.ROOT, env={**bare, "MESOBOT_PRODUCTION": "1"}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "is missing" in done.stderr
    assert ("--enable-api" in done.stderr) == (module == RASA)
    assert "Traceback" not in done.stderr
