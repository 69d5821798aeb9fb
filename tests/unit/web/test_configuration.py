from pathlib import Path

import pytest

from mesobot.channels.limits import Pace
from mesobot.channels.web.configuration import LONGEST_ADVISED, read_settings
from mesobot.channels.web.settings_error import WebSettingsError
from mesobot.paths import ROOT


def test_embedded_defaults(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path)
    assert settings.session_pace == Pace(20, 5)
    assert settings.address_pace.a_minute == 120
    assert settings.connections == 20
    assert settings.proxies == 0
    assert settings.origins.listed == frozenset()
    assert settings.demo_port is None


def test_the_demo_of_another_site_may_use_the_chat_while_it_is_shown(tmp_path: Path) -> None:
    given = {"MESOBOT_DEMO": "1", "MESOBOT_DEMO_PORT": "6006"}
    listed = read_settings(given, tmp_path).origins.listed
    assert listed == {"http://127.0.0.1:6006", "http://localhost:6006"}
    assert read_settings({**given, "MESOBOT_DEMO": "0"}, tmp_path).origins.listed == frozenset()


@pytest.mark.parametrize(
    "wrong",
    [
        {"MESOBOT_WEB_BURST": "0"},
        {"MESOBOT_WEB_MESSAGES_A_MINUTE": "many"},
        {"MESOBOT_WEB_PROXIES": "-1"},
        {"MESOBOT_WEB_ORIGINS": "*"},
        {"MESOBOT_WEB_PRIVACY_LINK": "javascript:alert(1)"},
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(WebSettingsError, match=next(iter(wrong))):
        read_settings(wrong, tmp_path)


def test_browsers_are_told_the_length_that_the_assistant_reads() -> None:
    assert f"longest: {LONGEST_ADVISED}\n" in (ROOT / "config.yml").read_text(encoding="utf-8")
