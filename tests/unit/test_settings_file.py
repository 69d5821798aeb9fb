"""Settings in a file beside the project: read by every command, never for the public."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mesobot.settings_file import FILE, read_settings_file


def read(path: Path, **environment: str) -> tuple[dict[str, str], list[str]]:
    said: list[str] = []
    found = {FILE: str(path), **environment}
    read_settings_file(found, said.append)
    return found, said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.env"
    path.write_text(
        "# of this machine\nexport MESOBOT_PORT=5105\n"
        'MESOBOT_MAIL_FROM="Clinic <a@b.example>"\nMESOBOT_SMTP_PASSWORD=\'$HOME # "x"\'\n',
        encoding="utf-8",
    )
    path.chmod(0o600)
    return path


def test_what_stands_in_the_file_is_added_as_it_stands_there(file: Path) -> None:
    found, said = read(file)
    assert found["MESOBOT_PORT"] == "5105"
    assert found["MESOBOT_MAIL_FROM"] == "Clinic <a@b.example>"
    assert found["MESOBOT_SMTP_PASSWORD"] == '$HOME # "x"'
    assert said == []


def test_the_environment_counts_more(file: Path) -> None:
    assert read(file, MESOBOT_PORT="6000")[0]["MESOBOT_PORT"] == "6000"


def test_for_the_public_no_file_is_read(file: Path) -> None:
    assert "MESOBOT_PORT" not in read(file, MESOBOT_PRODUCTION="1")[0]


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == ({FILE: str(tmp_path / "none")}, [])


def test_a_file_that_others_may_read_is_named(file: Path) -> None:
    file.chmod(0o640)
    found, said = read(file)
    assert found["MESOBOT_PORT"] == "5105"
    assert len(said) == 1 and "chmod 600" in said[0] and str(file) in said[0]


def test_a_line_without_a_value_is_named(file: Path) -> None:
    file.write_text("MESOBOT_PORT\n", encoding="utf-8")
    found, said = read(file)
    assert "MESOBOT_PORT" not in found
    assert "'MESOBOT_PORT' has no value" in said[0]


def test_a_file_that_is_no_text_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    path.write_bytes(b"MESOBOT_PORT=\xff\xfe\n")
    with pytest.raises(ValueError, match=r"settings\.env cannot be read"):
        read(path)


def test_every_command_reads_it(file: Path) -> None:
    file.write_text('MESOBOT_CLINIC_EMAIL="no address"\n', encoding="utf-8")
    environment = {**os.environ, FILE: str(file)}
    environment.pop("MESOBOT_CLINIC_EMAIL", None)
    ended = subprocess.run(
        [sys.executable, "-m", "mesobot", "check"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "MESOBOT_CLINIC_EMAIL" in ended.stderr
