"""What staff read and do with `mesobot requests`."""

import csv
import io
import json
import os
import stat
from datetime import datetime, timezone
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mesobot.consultation.desk import open_desk
from mesobot.consultation.request import Consent, NewRequest, Way
from mesobot.staff.requests import NO_DATABASE, NOT_POSSIBLE, WRONG_USAGE, app


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", f"sqlite:///{tmp_path / 'requests.db'}")
    monkeypatch.setenv("COLUMNS", "200")
    consent = Consent("n1", "c1", "en", datetime(2026, 11, 24, tzinfo=timezone.utc))
    request = NewRequest(
        conversation="me", form="f", way=Way.WHATSAPP, name="Ayşe [b]Y[/b]",
        contact="+905321234567", concern="Acne scars", preferred_time="Evenings",
        channel="rest", consent=consent,
    )  # fmt: skip
    return open_desk(os.environ).submit(request).reference


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_the_list_shows_who_wants_what(reference: str) -> None:
    shown = run("list").stdout
    for text in (reference, "Ayşe [b]Y[/b]", "+905321234567", "Acne scars", "new"):
        assert text in shown


def test_a_request_goes_its_way(reference: str) -> None:
    assert "claimed" in run("claim", reference, "--as", "Deniz").stdout
    assert "Deniz" in run("show", reference.lower()).stdout
    assert "contacted" in run("contacted", reference, "--as", "Deniz").stdout
    assert "closed" in run("close", reference, "--as", "Deniz").stdout
    assert reference not in run("list", "--open").stdout
    again = run("claim", reference, "--as", "Deniz")
    assert again.exit_code == NOT_POSSIBLE


def test_an_unknown_reference_is_said(reference: str) -> None:
    for command in ("show", "claim", "contacted", "close", "retry"):
        assert run(command, "M-AAAAAA").exit_code == NOT_POSSIBLE


def test_a_table_cannot_run_formulas_and_belongs_to_its_owner(reference: str, tmp_path) -> None:
    table, listing = tmp_path / "r.csv", tmp_path / "r.json"
    assert run("export", "--csv", str(table), "--json", str(listing)).exit_code == 0
    (row,) = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig")))
    assert row["contact"] == "'+905321234567"
    assert json.loads(listing.read_text(encoding="utf-8"))[0]["contact"] == "+905321234567"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (table, listing)} == {0o600}


def test_an_export_to_nowhere_is_wrong_usage(reference: str) -> None:
    assert run("export").exit_code == WRONG_USAGE


def test_erasing_leaves_nothing_in_the_database(reference: str, tmp_path: Path) -> None:
    assert run("erase", reference, "--yes").exit_code == 0
    assert "Acne" not in run("show", reference).stdout
    files = b"".join(path.read_bytes() for path in tmp_path.glob("requests.db*"))
    assert b"5321234567" not in files


def test_a_database_that_does_not_open_has_an_exit_code_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", f"sqlite:///{tmp_path}/file/r.db")
    assert run("list").exit_code == NO_DATABASE
