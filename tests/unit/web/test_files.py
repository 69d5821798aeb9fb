import gzip
from pathlib import Path

import pytest

from mesobot.channels.web.files import BRIEFLY, IMMUTABLE, Folder, answer
from mesobot.channels.web.pages import demo_policy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "mesobot.js").write_text("export const a = 1;\n" * 50, encoding="utf-8")
    (tmp_path / "assets" / "chat-a1B2.js").write_text("1", encoding="utf-8")
    (tmp_path / ".env").write_text("secret", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no", encoding="utf-8")
    (tmp_path.parent / "outside.js").write_text("no", encoding="utf-8")
    return tmp_path


def test_a_file_is_sent_with_what_browsers_need(folder: Path) -> None:
    file = Folder(folder).find("mesobot.js")
    assert file
    sent = answer(file, {"accept-encoding": "gzip, br"}, BRIEFLY, {"Vary": "Origin"})
    assert gzip.decompress(sent.body) == (folder / "mesobot.js").read_bytes()
    assert sent.headers["Content-Type"].startswith("text/javascript")
    assert sent.headers["Vary"] == "Origin, Accept-Encoding"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    again = answer(
        file, {"accept-encoding": "gzip", "if-none-match": sent.headers["ETag"]}, BRIEFLY, {}
    )
    assert (again.status, again.body) == (304, b"")
    plain = answer(file, {}, IMMUTABLE, {})
    assert plain.body == (folder / "mesobot.js").read_bytes()
    assert plain.headers["ETag"] != sent.headers["ETag"]
    assert "immutable" in plain.headers["Cache-Control"]


def test_a_small_file_is_not_compressed(folder: Path) -> None:
    file = Folder(folder).find("assets/chat-a1B2.js")
    assert file
    assert file.compressed is None


@pytest.mark.parametrize(
    "name",
    ["", ".env", "notes.txt", "../outside.js", "assets/../../outside.js", "/etc/passwd", "assets",
     "mesobot.js/", "a\\b.js", "mesobot.js\n", "missing.js"],
)  # fmt: skip
def test_nothing_else_is_served(folder: Path, name: str) -> None:
    assert Folder(folder).find(name) is None


def test_a_new_build_is_served_at_once(folder: Path) -> None:
    files = Folder(folder)
    before = files.find("mesobot.js")
    (folder / "mesobot.js").write_text("export const a = 2;", encoding="utf-8")
    after = files.find("mesobot.js")
    assert before
    assert after
    assert before.tag != after.tag


def test_the_policy_of_the_demo_allows_no_inline_code() -> None:
    policy = demo_policy("'self'", 5005)
    assert policy.startswith("default-src 'none'; script-src 'self'; connect-src 'self' ws://127")
    assert "unsafe" not in policy
    assert "style-src 'self'" in policy
