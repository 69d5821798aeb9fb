"""Set-up shared by all tests, and their order: the fast ones first."""

import os

import pytest

from mesobot import settings

settings.prepare_environment(os.environ)

_ORDER = [
    "unit",
    "soak",
    "graph",
    "content",
    "dialogue",
    "evaluation",
    "scenarios",
    "web",
    "whatsapp",
    "browser",
    "faults",
    "production",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _ORDER.index(item.path.relative_to(item.config.rootpath).parts[1]))
