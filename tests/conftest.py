"""Set-up shared by all tests, and their order: the fast ones first."""

import atexit
import os
import sys

import pytest

from mesobot import settings
from tests import leftovers

os.environ.setdefault("MESOBOT_SETTINGS_FILE", "")  # not what a developer tries on this machine
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


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # not in the parallel runners: they belong to the run
        # Registered first and so done last: by then everything has stopped that stops by itself.
        atexit.register(_end_leftovers, leftovers.mark())


def _end_leftovers(run: str) -> None:
    for command in leftovers.end(run):
        sys.stderr.write(f"left running, ended now: {command}\n")


@pytest.hookimpl(tryfirst=True)  # before the parallel runners read the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def folder(item: pytest.Item) -> str:
        return item.path.relative_to(item.config.rootpath).parts[1]

    items.sort(key=lambda item: _ORDER.index(folder(item)))
    for item in items:  # what a folder starts is started once, by one of the parallel runners
        item.add_marker(pytest.mark.xdist_group(folder(item)))
