"""What leaves the database as a file for staff."""

import csv
import io
import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mesobot.consultation.database import open_database
from mesobot.consultation.request import Way
from mesobot.staff.desk import WRONG_USAGE
from mesobot.staff.export import harmless
from mesobot.staff.requests import app
from tests.unit.consultation.requests import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    url = f"sqlite:///{tmp_path / 'requests.db'}"
    monkeypatch.setenv("MESOBOT_REQUESTS_DB", url)
    monkeypatch.delenv("MESOBOT_ENCRYPTION_KEY", raising=False)
    return Store(open_database(url))


def export(*arguments: object) -> Result:
    return CliRunner(mix_stderr=False).invoke(app, ["export", *map(str, arguments)])


@pytest.mark.parametrize(
    "cell",
    [
        "=cmd|' /C calc'!A0",
        "+905321234567",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
    ],
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Ayşe", "a=b", "M-7K3F9Q", "2026-03-02 12:00", "'x"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


def test_a_table_has_every_request_and_cannot_run_anything(store: Store, tmp_path: Path) -> None:
    names = ["Ayşe Güneş", '=HYPERLINK("http://x"),1', 'said "hello"\nthere', "@x", "Иван"]
    for number, name in enumerate(names):
        store.submit(form=str(number), name=name, way=Way.WHATSAPP, contact="+905321234567")
    assert export("--csv", tmp_path / "r.csv").exit_code == 0
    raw = (tmp_path / "r.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in reversed(rows)] == [harmless(name) for name in names]
    assert {row["contact"] for row in rows} == {"'+905321234567"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert {row["came_in"] for row in rows} == {"2026-03-02 12:00"}


def test_json_has_the_texts_as_they_are(store: Store, tmp_path: Path) -> None:
    reference = store.submit(name="=Ayşe", preferred_time=None)
    assert export("--json", tmp_path / "r.json").exit_code == 0
    (request,) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert (request["reference"], request["name"]) == (reference, "=Ayşe")
    assert request["preferred_time"] is None
    assert request["came_in"] == "2026-03-02T12:00:00+03:00"
    assert [message["state"] for message in request["messages"]] == ["waiting", "waiting"]


def test_an_exported_file_belongs_to_its_owner_even_if_another_was_there(
    store: Store, tmp_path: Path
) -> None:
    table, listing = tmp_path / "r.csv", tmp_path / "r.json"
    table.write_text("old", encoding="utf-8")
    table.chmod(0o666)
    assert export("--csv", table, "--json", listing).exit_code == 0
    assert {stat.S_IMODE(path.stat().st_mode) for path in (table, listing)} == {0o600}
    assert "old" not in table.read_text(encoding="utf-8")
    assert not list(tmp_path.glob(".r.*"))


def test_an_export_to_nowhere_is_wrong_usage(store: Store, tmp_path: Path) -> None:
    same = tmp_path / "same"
    for arguments in (
        [],
        ["--csv", tmp_path / "nowhere" / "r.csv"],
        ["--json", tmp_path],
        ["--csv", same, "--json", same],
    ):
        result = export(*arguments)
        assert result.exit_code == WRONG_USAGE
        assert result.stderr


def test_an_export_never_takes_the_place_of_the_database(store: Store, tmp_path: Path) -> None:
    reference = store.submit()
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "requests.db")
    for name in ("requests.db", "requests.db-wal", "link.csv"):
        assert export("--csv", tmp_path / name).exit_code == WRONG_USAGE
    assert store.service.find(reference) is not None
