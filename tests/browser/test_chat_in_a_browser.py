"""The chat in a real Chromium; what is tested stands in the files of the same folder."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Run


@pytest.mark.parametrize("part", ["host_page", "journeys", "conversation"])
def test_with_the_real_assistant(run: Run, site: dict[str, str], part: str) -> None:
    run("node", "--test-reporter=spec", f"tests/browser/{part}.mjs", **site)


@pytest.mark.parametrize("part", ["states", "xss", "accessibility"])
def test_with_a_server_that_does_as_told(run: Run, part: str) -> None:
    run("node", "--test-reporter=spec", f"tests/browser/{part}.mjs")
