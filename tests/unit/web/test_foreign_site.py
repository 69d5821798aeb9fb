import threading
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from mesobot.channels.web.files import Folder
from mesobot.channels.web.foreign_site import ForeignSite


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "site.css").write_text("body { margin: 0 }", encoding="utf-8")
    (tmp_path / "foreign" / "index.html").write_text(
        '<script type="module" src="__ASSISTANT__/chat/mesobot.js"></script>', encoding="utf-8"
    )
    handler = partial(ForeignSite, Folder(tmp_path), 5005)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_another_site_embeds_the_assistant(address: str) -> None:
    with urllib.request.urlopen(f"{address}/?x=1", timeout=5) as page:
        assert b'src="http://127.0.0.1:5005/chat/mesobot.js"' in page.read()
        policy = page.headers["Content-Security-Policy"]
    assert "script-src http://127.0.0.1:5005;" in policy
    assert "connect-src http://127.0.0.1:5005 ws://127.0.0.1:5005" in policy


def test_it_looks_like_the_other_demo_pages(address: str) -> None:
    with urllib.request.urlopen(f"{address}/site.css", timeout=5) as sheet:
        assert sheet.read() == b"body { margin: 0 }"


def test_what_is_missing_is_said(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(f"{address}/other.html", timeout=5)
    assert missing.value.code == 404
    assert b"is missing" in missing.value.read()
