import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mesobot.consultation.relay_watch import RelayStatus, Watch, read_status
from tests.unit.consultation.deliveries import TestClock


def alarms_after(watch: Watch, oldest: timedelta | None) -> int:
    with capture_logs() as logs:
        watch.report(oldest, waiting=2, dead=1)
    return sum(entry["log_level"] == "error" for entry in logs)


def test_the_alarm_starts_at_fifteen_minutes_and_says_how_old_and_how_many(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "relay.json", TestClock())
    watch.problem("clinic_email: no connection")
    assert alarms_after(watch, timedelta(minutes=14, seconds=59)) == 0
    with capture_logs() as logs:
        watch.report(timedelta(minutes=15), waiting=2, dead=1)
    (entry,) = logs
    assert entry["log_level"] == "error"
    assert (entry["oldest_minutes"], entry["waiting"], entry["dead"]) == (15, 2, 1)
    assert entry["last_problem"] == "clinic_email: no connection"


def test_the_alarm_is_repeated_every_fifteen_minutes(tmp_path: Path) -> None:
    clock = TestClock()
    watch = Watch(tmp_path / "relay.json", clock)
    rung = []
    for minute in range(46):
        rung += [minute] * alarms_after(watch, timedelta(minutes=20 + minute))
        clock.advance(minutes=1)
    assert rung == [0, 15, 30, 45]


def test_the_alarm_starts_anew_after_a_calm(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "relay.json", TestClock())
    assert alarms_after(watch, timedelta(minutes=20)) == 1
    assert alarms_after(watch, None) == 0
    assert alarms_after(watch, timedelta(minutes=15)) == 1


def test_a_clock_that_was_set_back_does_not_silence_the_alarm(tmp_path: Path) -> None:
    clock = TestClock()
    watch = Watch(tmp_path / "relay.json", clock)
    assert alarms_after(watch, timedelta(minutes=20)) == 1
    clock.advance(hours=-1)
    assert alarms_after(watch, timedelta(minutes=20)) == 1


def test_the_status_file_says_how_things_stand(tmp_path: Path) -> None:
    path = tmp_path / "relay.json"
    watch = Watch(path, TestClock(), caught=True)
    watch.report(timedelta(seconds=61.9), waiting=3, dead=0)
    assert read_status(path) == RelayStatus(
        seen_at="2026-03-04T10:00:00+00:00",
        waiting=3,
        dead=0,
        oldest_seconds=61,
        last_problem=None,
        caught=True,
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["relay.json"]


@pytest.mark.parametrize("content", ["", "{}", "[]", json.dumps({"seen_at": 1, "other": 2})])
def test_a_file_that_is_no_status_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "relay.json"
    path.write_text(content, encoding="utf-8")
    assert read_status(path) is None
    assert read_status(tmp_path / "absent.json") is None


def test_a_status_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "absent" / "relay.json", TestClock())
    with capture_logs() as logs:
        watch.report(None, waiting=0, dead=0)
    assert [entry["event"] for entry in logs] == ["relay status not written"]
