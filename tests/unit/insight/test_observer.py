"""Turns are observed without a word of what was said, and whatever fails, they go on."""

from __future__ import annotations

import json
import stat
import urllib.request
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from mesobot.consultation.outbox import DeliveryKind
from mesobot.insight.meters import (
    DeliveryMeters,
    StoreMeters,
    TurnMeters,
    new_registry,
    serve,
)
from mesobot.insight.metrics_port import ASSISTANT_PORT, metrics_port
from mesobot.insight.observer import LOG_VARIABLE, TurnObserver, open_observer
from mesobot.insight.pseudonyms import KEY_VARIABLE, Pseudonyms, open_pseudonyms
from mesobot.running import free_port
from tests.unit.consultation.requests import Store
from tests.unit.insight.said import ANSWERED, EMERGENCY

SENDER = "whatsapp:+905321234567"


def observe(observer: TurnObserver, *replies: dict) -> None:
    with observer.turn("web", SENDER) as said:
        said.extend(replies)


def test_a_line_for_each_turn_without_sender_and_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    observe(TurnObserver(Pseudonyms("key")), {**ANSWERED, "text": "It hurts."})
    line = capsys.readouterr().out
    assert "channel=web" in line
    assert "kind=answered" in line
    assert "'pain'" in line
    assert Pseudonyms("key").of(SENDER) in line
    assert "905321234567" not in line
    assert "It hurts" not in line


def test_an_alarm_without_a_topic_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    observe(TurnObserver(Pseudonyms("key")), EMERGENCY)
    assert "medical_emergency" in capsys.readouterr().out


def test_a_turn_that_fails_is_observed_and_still_fails(capsys: pytest.CaptureFixture[str]) -> None:
    observer = TurnObserver(Pseudonyms("key"))
    with pytest.raises(RuntimeError, match="the turn"), observer.turn("web", SENDER):
        raise RuntimeError("the turn")
    assert "kind=no_reply" in capsys.readouterr().out


def test_what_fails_in_the_observer_reaches_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    observer = TurnObserver(Pseudonyms("key"))
    for _ in range(3):
        observe(observer, {"metadata": {"topics": 5, "secret": "x"}, "utter_action": "utter_greet"})
    printed = capsys.readouterr().out
    assert printed.count("turns are not observed") == 1
    assert "TypeError" in printed
    assert "secret" not in printed


def test_turns_are_counted_and_measured() -> None:
    registry = new_registry()
    observer = TurnObserver(meters=TurnMeters(registry))
    observer.watch_web_sockets(lambda: 7)
    for reply in (ANSWERED, ANSWERED, EMERGENCY):
        observe(observer, reply)
    figure = registry.get_sample_value
    assert figure("mesobot_turns_total", {"channel": "web", "kind": "answered"}) == 2
    assert figure("mesobot_turn_seconds_count", {"channel": "web"}) == 3
    danger = {"channel": "web", "danger": "medical_emergency"}
    assert figure("mesobot_red_flags_total", danger) == 1
    assert figure("mesobot_web_sockets") == 7
    assert b"905321234567" not in generate_latest(registry)


def test_requests_and_messages_are_read_from_the_database(store: Store) -> None:
    registry = new_registry()
    registry.register(StoreMeters(store.engine, store.clock))
    reference = store.submit()
    store.deliver_all()
    store.service.claim(reference, "Umut")
    store.submit(conversation="web-2")
    store.clock.advance(minutes=20)
    figure = registry.get_sample_value
    assert figure("mesobot_requests", {"state": "claimed"}) == 1
    assert figure("mesobot_requests", {"state": "new"}) == 1
    assert figure("mesobot_outbox", {"state": "sent"}) == 2
    assert figure("mesobot_oldest_undelivered_seconds") == 1200
    assert figure("mesobot_requests_database_up") == 1


def test_without_the_database_the_rest_is_served(tmp_path: Path, store: Store) -> None:
    from sqlalchemy import create_engine

    registry = new_registry()
    DeliveryMeters(registry).delivery(DeliveryKind.CLINIC_EMAIL, "sent")
    away = create_engine(f"sqlite:///{tmp_path}/no/folder.db", future=True)
    registry.register(StoreMeters(away, store.clock))
    figure = registry.get_sample_value
    assert figure("mesobot_requests_database_up") == 0
    assert figure("mesobot_requests", {"state": "new"}) is None
    assert figure("mesobot_deliveries_total", {"kind": "clinic_email", "result": "sent"}) == 1


def test_metrics_are_served_on_loopback_and_a_taken_port_stops_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = free_port()
    serve(port, new_registry())
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert b"process_resident_memory_bytes" in answer.read()
    serve(port, new_registry())
    assert "metrics are not served" in capsys.readouterr().out


def test_no_port_is_the_default_and_nonsense_is_refused() -> None:
    assert metrics_port({}, ASSISTANT_PORT) is None
    assert metrics_port({ASSISTANT_PORT: " 9100 "}, ASSISTANT_PORT) == 9100
    for text in ("0", "65536", "x", "-1", "٩"):
        with pytest.raises(ValueError, match=ASSISTANT_PORT):
            metrics_port({ASSISTANT_PORT: text}, ASSISTANT_PORT)


def test_the_log_can_be_switched_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    observe(open_observer({LOG_VARIABLE: "off"}, tmp_path), ANSWERED)
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []
    observe(open_observer({}, tmp_path), ANSWERED)
    assert "kind=answered" in capsys.readouterr().out


def test_without_a_place_for_the_key_there_is_no_log_and_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    observe(open_observer({}, tmp_path / "file"), ANSWERED)
    printed = capsys.readouterr().out
    assert "turns are not logged" in printed
    assert "kind=answered" not in printed


def test_pseudonyms_need_the_key(tmp_path: Path) -> None:
    ours = open_pseudonyms({}, tmp_path)
    assert ours.of("ada") == open_pseudonyms({}, tmp_path).of("ada") != ours.of("bob")
    assert stat.S_IMODE((tmp_path / "pseudonyms.key").stat().st_mode) == 0o600
    given = {KEY_VARIABLE: "another"}
    assert open_pseudonyms(given, tmp_path).of("ada") == Pseudonyms("another").of("ada")
    assert ours.of("ada") != Pseudonyms("another").of("ada")
    assert json.dumps(ours.of("ada")).strip('"').isalnum()
