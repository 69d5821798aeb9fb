"""The health checks of containers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mesobot import healthy
from mesobot.consultation import relay_process
from mesobot.running import free_port

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=timezone.utc)


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_only_a_200_is_well(address: str) -> None:
    assert healthy.main(f"{address}/200") == 0
    assert healthy.main(f"{address}/503") == 1
    assert healthy.main(f"{address}/204") == 1
    assert healthy.main(f"http://127.0.0.1:{free_port()}/200") == 1


@pytest.mark.parametrize(
    ("seen", "well"),
    [
        (NOW - timedelta(seconds=30), True),
        (NOW - timedelta(minutes=3), False),
    ],
)
def test_a_relay_has_to_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: datetime, well: bool
) -> None:
    file = tmp_path / "relay.json"
    monkeypatch.setattr(relay_process, "STATUS_FILE", file)
    assert not healthy.relay_looks(NOW)
    status = {
        "seen_at": seen.isoformat(), "waiting": 0, "dead": 0, "oldest_seconds": None,
        "last_problem": None, "caught": False,
    }  # fmt: skip
    file.write_text(json.dumps(status))
    assert healthy.relay_looks(NOW) is well
    file.write_text(json.dumps({**status, "seen_at": "yesterday"}))
    assert not healthy.relay_looks(NOW)


def test_help_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        healthy.asked(["--help"])
    assert ended.value.code == 0
    assert "URL|relay" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--nonsense"], ["rasa"], ["relay", "relay"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        healthy.asked(arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize("what", ["relay", "http://127.0.0.1:5055/health"])
def test_what_is_asked_for_is_looked_at(what: str) -> None:
    assert healthy.asked([what]) == what
