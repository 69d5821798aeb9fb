"""The digest in a browser: accessible in both colour schemes, whole on a phone."""

from __future__ import annotations

from pathlib import Path

from mesobot.insight.page import digest_page
from tests.browser.conftest import Run
from tests.unit.insight.digests import a_digest


def test_the_digest_is_accessible(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "digest.html"
    page.write_text(digest_page(a_digest()), encoding="utf-8")
    run("node", "--test", "tests/browser/page.mjs", PAGE=str(page))
