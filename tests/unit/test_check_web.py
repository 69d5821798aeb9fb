"""`mesobot doctor` looks at the settings of the chat on the website."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mesobot import paths
from mesobot.channels.web.configuration import read_settings
from mesobot.channels.web.settings_error import WebSettingsError
from mesobot.staff.check_web import (
    check_limits,
    check_pages,
    check_privacy_link,
    check_session_secret,
    check_visitors,
)
from mesobot.staff.findings import Finding, Level
from mesobot.staff.installation import Installation
from tests.unit.consultation.requests import GIVEN_AT

SITE = {"ORIGINS": "https://www.clinic.org"}
Look = Callable[..., Finding]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """What a check finds with these settings (without ``MESOBOT_WEB_``)."""

    def found(check: Callable[[Installation], Finding], **values: str) -> Finding:
        environment = {
            name if name.startswith("MESOBOT_") else f"MESOBOT_WEB_{name}": value
            for name, value in values.items()
        }
        here = Installation(
            environment=environment,
            clinic=paths.CLINIC,
            data=paths.DATA,
            state=tmp_path,
            model=tmp_path / "mesobot.tar.gz",
            model_is_fresh=lambda: True,
            python=(3, 10),
            free_bytes=lambda _: 0,
            now=GIVEN_AT,
        )
        finding = check(here)
        # What would fail is what keeps the assistant from starting, and nothing else.
        if finding.level is Level.FAILS and finding.topic != "website's secret":
            with pytest.raises(WebSettingsError):
                read_settings({"MESOBOT_WEB_SECRET": "-" * 32, **environment}, tmp_path)
        return finding

    return found


@pytest.mark.parametrize(
    ("origins", "level", "says"),
    [
        ("https://www.clinic.org, https://clinic.org", Level.FINE, "and no others"),
        ("", Level.NOTE, "only the demo pages"),
        ("*", Level.FAILS, "every site"),
        ("https://*.clinic.org", Level.FAILS, "every site"),
        ("https://www.clinic.org/contact", Level.FAILS, "no origin"),
        ("http://www.clinic.org", Level.NOTE, "without https"),
        ("http://localhost:8000", Level.FINE, "localhost"),
    ],
)
def test_whose_pages_may_use_the_chat(look: Look, origins: str, level: Level, says: str) -> None:
    found = look(check_pages, ORIGINS=origins)
    assert found.level is level
    assert says in found.sentence


def test_the_demo_is_not_for_a_real_site(look: Look) -> None:
    assert look(check_pages, **SITE, MESOBOT_DEMO="1").level is Level.NOTE


def test_a_secret_that_is_set(look: Look, tmp_path: Path) -> None:
    assert look(check_session_secret, SECRET="x" * 32).level is Level.FINE
    short = look(check_session_secret, SECRET="hunter2")
    assert short.level is Level.FAILS
    assert "hunter2" not in f"{short}"
    assert look(check_session_secret, SECRET="x" * 32, SECRET_PREVIOUS="y").level is Level.FAILS
    assert look(check_session_secret, SESSION_SECONDS="30 days").level is Level.FAILS
    same = look(check_session_secret, SECRET="x" * 32, SECRET_PREVIOUS="x" * 32)
    assert same.level is Level.NOTE
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_is_made_here(look: Look, tmp_path: Path) -> None:
    assert look(check_session_secret).level is Level.FINE
    assert list(tmp_path.iterdir()) == [], "looking must not make anything"
    read_settings({}, tmp_path)
    assert "made here" in look(check_session_secret).sentence
    assert look(check_session_secret, **SITE).level is Level.NOTE
    (tmp_path / "web.secret").chmod(0o644)
    assert look(check_session_secret).level is Level.FAILS


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({}, Level.FINE),
        (SITE, Level.NOTE),
        ({**SITE, "PROXIES": "1"}, Level.FINE),
        ({"PROXIES": "1"}, Level.NOTE),
        ({"ORIGINS": "http://127.0.0.1:8000"}, Level.FINE),
        ({"PROXIES": "one"}, Level.FAILS),
    ],
)
def test_whether_visitors_can_be_told_apart(
    look: Look, values: dict[str, str], level: Level
) -> None:
    assert look(check_visitors, **values).level is level


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({}, Level.FINE),
        ({"BURST": "0"}, Level.FAILS),
        ({"ADDRESS_CONNECTIONS": "many"}, Level.FAILS),
        ({"ADDRESS_MESSAGES_A_MINUTE": "10"}, Level.NOTE),
        ({"ADDRESS_BURST": "4"}, Level.NOTE),
        ({"ADDRESS_CONNECTIONS": "5000"}, Level.NOTE),
        ({"MESSAGES_A_MINUTE": "2000", "ADDRESS_MESSAGES_A_MINUTE": "2000"}, Level.NOTE),
    ],
)
def test_limits(look: Look, values: dict[str, str], level: Level) -> None:
    assert look(check_limits, **values).level is level


def test_the_privacy_policy(look: Look) -> None:
    assert look(check_privacy_link).level is Level.FINE
    assert look(check_privacy_link, **SITE).level is Level.NOTE
    assert look(check_privacy_link, **SITE, PRIVACY_LINK="https://a.org/p").level is Level.FINE
    assert look(check_privacy_link, PRIVACY_LINK="http://a.org/p").level is Level.FAILS
