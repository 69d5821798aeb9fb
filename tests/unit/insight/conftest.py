"""Databases of conversations and of requests, once SQLite and once PostgreSQL."""

from __future__ import annotations

import pytest

from mesobot import paths
from mesobot.insight.masking import Masker
from mesobot.insight.words import load_words
from tests.unit.consultation.conftest import database_url, engine, store

__all__ = ["database_url", "engine", "store"]


@pytest.fixture(scope="session")
def masker() -> Masker:
    """As this installation has it."""
    return Masker(load_words([paths.DATA, paths.CLINIC], paths.ENCODER_FOLDER))
