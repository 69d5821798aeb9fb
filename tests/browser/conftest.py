"""Node.js, Chromium and the widget's packages, or a clear word about what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mesobot import paths
from tests.browser.site import Control, Site

WIDGET = paths.ROOT / "widget"
_OWN_NODE = paths.ROOT / ".cache" / "node" / "bin"
_SLOWEST = 170  # seconds for one file of tests

Run = Callable[..., None]


def missing() -> str:
    """What the browser tests lack, in a sentence; empty if nothing."""
    if not (WIDGET / "node_modules" / ".installed").exists():
        return "The widget's packages are missing; scripts/browser.sh fetches them."
    if not chromium():
        return "Chromium is missing; scripts/browser.sh says how to get it."
    return ""


def chromium() -> str | None:
    """Path of the browser."""
    return (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """For processes of Node.js; without the tools tests are skipped, in the gate they fail."""
    if reason := missing():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    path = f"{_OWN_NODE}{os.pathsep}{os.environ['PATH']}" if _OWN_NODE.exists() else None
    return {**os.environ, "CHROMIUM": str(chromium()), **({"PATH": path} if path else {})}


@pytest.fixture(scope="session")
def run(environment: dict[str, str]) -> Run:
    """Runs a command of Node.js; its output is the failure's text."""

    def run_it(*command: str, folder: Path = paths.ROOT, **variables: str) -> None:
        try:
            done = subprocess.run(
                command, cwd=folder, env={**environment, **variables}, check=False,
                capture_output=True, text=True, encoding="utf-8", timeout=_SLOWEST,
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            pytest.fail(f"not done after {_SLOWEST} s:\n{(late.stdout or b'')[-4000:]!r}")
        if done.returncode:
            pytest.fail(f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}", pytrace=False)

    return run_it


@pytest.fixture(scope="session")
def site(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The real assistant; yields its addresses as variables."""
    started = Site(tmp_path_factory.mktemp("browser"))
    control = Control(started)
    started.start_others()
    try:
        started.start()
        started.wait_for_others()
        yield {**started.addresses, "MESOBOT_CONTROL_URL": control.address}
    finally:
        control.close()
        started.stop()
        started.stop_others()
