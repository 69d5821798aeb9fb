"""Releases: what is in them, which one counts, and which ones stay."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mesobot import paths
from mesobot.publishing import Fleet, Process, RolloutError, read_processes
from mesobot.release import KEPT, before, current, make_current, make_release, set_aside, tidy
from mesobot.seal import BrokenSealError, check_seal, write_seal

KEY = b"k" * 40


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """As the project's folder is after training, only smaller."""
    root = tmp_path / "project"
    for name in ("models/mesobot.tar.gz", "build/nlu/encoder.onnx", "widget/dist/mesobot.js"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.public.yml"):
        shutil.copy(paths.ROOT / name, root / name)
    shutil.copytree(paths.ROOT / "clinic", root / "clinic")
    shutil.copytree(paths.ROOT / "data" / "smalltalk", root / "data" / "smalltalk")
    write_seal(root)
    return root


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    folder = tmp_path / "releases"
    for number in range(1, 8):
        (folder / f"2026010{number}-000000-abcdef01").mkdir(parents=True)
    return folder


def test_a_release_is_whole_signed_and_apart(project: Path, tmp_path: Path) -> None:
    release = make_release(project, tmp_path / "all", KEY)
    check_seal(release, KEY)
    (project / "clinic" / "clinic.yml").write_text("edited later")
    assert "contact" in (release / "clinic" / "clinic.yml").read_text(encoding="utf-8")
    assert not (release / "credentials.yml").exists()
    assert current(tmp_path / "all") is None


def test_what_is_not_as_it_was_trained_is_not_released(project: Path, tmp_path: Path) -> None:
    (project / "models" / "mesobot.tar.gz").write_text("evil")
    with pytest.raises(BrokenSealError):
        make_release(project, tmp_path / "all", KEY)
    assert not (tmp_path / "all").exists()


def test_one_release_counts_and_the_one_before_it_is_known(releases: Path) -> None:
    names = sorted(path.name for path in releases.iterdir())
    assert before(releases) is None
    make_current(releases, releases / names[2])
    make_current(releases, releases / names[4])
    assert current(releases) == (releases / names[4]).resolve()
    assert before(releases) == releases / names[3]


def test_old_releases_go_but_never_the_one_that_counts(releases: Path) -> None:
    names = sorted(path.name for path in releases.iterdir())
    make_current(releases, releases / names[0])
    tidy(releases)
    left = sorted(path.name for path in releases.iterdir() if not path.is_symlink())
    assert left == [names[0], *names[-KEPT:]]


def test_servers_are_read_as_they_are_written() -> None:
    health = "http://127.0.0.1:5001/chat/health?a=b"
    assert read_processes(f"rasa@1={health}, relay") == [
        Process("rasa@1", health),
        Process("relay"),
    ]
    with pytest.raises(ValueError, match="No server"):
        read_processes(" , ")


def test_a_server_that_cannot_be_started_takes_the_release_back(releases: Path) -> None:
    first, second, *_ = sorted(path for path in releases.iterdir())
    make_current(releases, first)
    log = releases.parent / "log"
    restart = f"echo {{}} >> {log}; test ! -e {releases}/current/broken || test {{}} != second"
    fleet = Fleet(releases, [Process("first"), Process("second"), Process("third")], restart)
    (second / "broken").touch()
    said: list[str] = []
    with pytest.raises(RolloutError, match="is served, as before"):
        fleet.roll_out(second, said.append)
    assert current(releases) == first
    # The third was never touched; the others went back in the other order.
    assert log.read_text().split() == ["first", "second", "second", "first"]
    assert "going back" in said[-1]


def test_a_fleet_that_takes_it_is_served_with_it(releases: Path) -> None:
    first, second, *_ = sorted(path for path in releases.iterdir())
    make_current(releases, first)
    Fleet(releases, [Process("it's one")], 'test {} = "it\'s one"').roll_out(second, lambda _: None)
    assert current(releases) == second


def test_a_release_that_was_not_taken_is_kept_aside(releases: Path) -> None:
    *others, refused, now = sorted(releases.iterdir())
    make_current(releases, now)
    set_aside(others[0])
    set_aside(refused)
    assert before(releases) == others[-1]
    assert [path.name for path in releases.glob(".refused-*")] == [f".refused-{refused.name}"]
