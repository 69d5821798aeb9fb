import shutil
from pathlib import Path

import pytest

from mesobot import paths
from mesobot.training import fingerprint


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("config.yml", "domain.yml"):
        shutil.copy(paths.ROOT / name, tmp_path / name)
    for folder in ("clinic", "data", "mesobot/nlu", "requirements"):
        shutil.copytree(paths.ROOT / folder, tmp_path / folder)
    return tmp_path


def test_nothing_changed_means_nothing_to_train(project: Path) -> None:
    assert fingerprint(project) == fingerprint(project)


@pytest.mark.parametrize(
    "file",
    [
        "config.yml",
        "domain.yml",
        "data/faq/pain.yml",
        "clinic/vocabulary.yml",
        "mesobot/nlu/encoder.py",
    ],
)
def test_a_change_in_anything_that_matters_is_noticed(project: Path, file: str) -> None:
    before = fingerprint(project)
    path = project / file
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert fingerprint(project) != before


def test_a_new_topic_is_noticed(project: Path) -> None:
    before = fingerprint(project)
    (project / "data" / "faq" / "new.yml").write_text("version: '3.1'\n", encoding="utf-8")
    assert fingerprint(project) != before
