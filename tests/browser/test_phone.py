"""The page that plays a phone on WhatsApp, in a real Chromium; the tests stand in phone.mjs."""

from __future__ import annotations

from pathlib import Path

from tests.browser.conftest import Run
from tests.graph.peer import graph_peer
from tests.graph.settings import TEST


def test_the_phone_of_the_demo(run: Run, tmp_path: Path) -> None:
    with graph_peer(tmp_path, "--phone") as peer:
        version, number = (
            TEST[name] for name in ("MESOBOT_GRAPH_VERSION", "MESOBOT_WHATSAPP_PHONE_NUMBER_ID")
        )
        run(
            "node",
            "--test-reporter=spec",
            "tests/browser/phone.mjs",
            GRAPH_URL=peer.url,
            GRAPH_MESSAGES=f"{peer.url}/{version}/{number}/messages",
            GRAPH_TOKEN=TEST["MESOBOT_WHATSAPP_TOKEN"],
        )
