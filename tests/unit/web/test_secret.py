import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mesobot.channels.web.secret import signing_keys
from mesobot.channels.web.settings_error import WebSettingsError


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = signing_keys({}, tmp_path)
    assert first == signing_keys({}, tmp_path)
    assert len(first[0]) >= 32
    assert stat.S_IMODE((tmp_path / "web.secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["web.secret"]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _number: signing_keys({}, tmp_path), range(32)))
    assert len(keys) == 1


def test_the_environment_wins_and_keeps_the_previous_key(tmp_path: Path) -> None:
    given = {"MESOBOT_WEB_SECRET": "n" * 32, "MESOBOT_WEB_SECRET_PREVIOUS": "p" * 40}
    assert signing_keys(given, tmp_path) == (b"n" * 32, b"p" * 40)
    assert not (tmp_path / "web.secret").exists()


def test_a_short_secret_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(WebSettingsError, match="shorter than 32") as refused:
        signing_keys({"MESOBOT_WEB_SECRET": "hunter2"}, tmp_path)
    assert "hunter2" not in str(refused.value)
