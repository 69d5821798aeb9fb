"""A tampered model archive is refused, in the way the servers are really started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mesobot import paths
from mesobot.seal import BrokenSealError, check_seal, write_seal

KEY = b"k" * 40
MODEL = "models/mesobot.tar.gz"


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """Something that looks as if it were trained."""
    for name in (MODEL, "build/nlu/encoder/encoder.onnx", "build/nlu/spacy/config.cfg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    write_seal(tmp_path, KEY)
    return tmp_path


def test_what_was_sealed_is_loaded(trained: Path) -> None:
    check_seal(trained, KEY)
    check_seal(trained)  # a developer without the key sees damage, at least


@pytest.mark.parametrize(
    ("what", "named"),
    [
        (lambda root: (root / MODEL).write_bytes(b"evil"), MODEL),
        (lambda root: (root / MODEL).unlink(), MODEL),
        (lambda root: (root / "build/nlu/encoder/encoder.onnx").write_bytes(b""), "encoder.onnx"),
        (lambda root: (root / "build/nlu/spacy/evil.py").write_text("evil"), "evil.py"),
        (lambda root: (root / "models/seal.json").write_text("{}"), "seal.json"),
        (lambda root: (root / "models/seal.json").unlink(), "seal.json"),
    ],
)
def test_what_was_changed_is_refused_and_named(
    trained: Path, what: Callable[[Path], object], named: str
) -> None:
    what(trained)
    with pytest.raises(BrokenSealError, match=named):
        check_seal(trained, KEY)


@pytest.mark.parametrize("key", [b"", b"another key of the attacker's own making"])
def test_who_does_not_know_the_key_cannot_seal(trained: Path, key: bytes) -> None:
    (trained / MODEL).write_bytes(b"evil")
    write_seal(trained, key)
    with pytest.raises(BrokenSealError, match="MESOBOT_SEAL_KEY"):
        check_seal(trained, KEY)


def test_rasa_is_not_started_with_a_tampered_archive(trained: Path) -> None:
    with (trained / MODEL).open("ab") as archive:
        archive.write(b"\0")
    command = [
        *(sys.executable, "-m", "mesobot.launch", "rasa", "run", "--model", str(trained / MODEL)),
        *("--endpoints", str(paths.ROOT / "endpoints.yml")),
    ]
    done = subprocess.run(
        command, env={**os.environ, "MESOBOT_RELEASE": str(trained)}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"{MODEL} is not what was trained here" in done.stderr


def test_rasa_is_not_started_with_another_archive(trained: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.tar.gz"
    shutil.copy(trained / MODEL, other)
    write_seal(trained)
    done = subprocess.run(
        [sys.executable, "-m", "mesobot.launch", "rasa", "run", "--model", str(other)],
        env={**os.environ, "MESOBOT_RELEASE": str(trained)}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--model must be the sealed one" in done.stderr
