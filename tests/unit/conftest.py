"""Conversations in each kind of database."""

from pathlib import Path

import pytest

from tests.postgresql import new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def chats_at(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """URL of an empty database that this installation keeps its conversations in."""
    url = new_database() if request.param == "postgresql" else f"sqlite:///{tmp_path / 'chats.db'}"
    monkeypatch.setenv("MESOBOT_TRACKER_DB", url)
    return url
