"""Set-up shared by all tests, and their order: the fast ones first."""

import os

import pytest

from mesobot import settings

settings.prepare_environment(os.environ)
# Parallel runners set it, and tables would be as narrow as the terminal of whoever runs the tests.
os.environ.pop("COLUMNS", None)

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


@pytest.hookimpl(tryfirst=True)  # before the parallel runners read the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def folder(item: pytest.Item) -> str:
        return item.path.relative_to(item.config.rootpath).parts[1]

    items.sort(key=lambda item: _ORDER.index(folder(item)))
    for item in items:  # what a folder starts is started once, by one of the parallel runners
        item.add_marker(pytest.mark.xdist_group(folder(item)))
