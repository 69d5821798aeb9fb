"""`mesobot whatsapp check` against the fake Graph API: each thing that is wrong has a sentence."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mesobot import cli
from tests.graph.account import Account
from tests.graph.connector import Connector
from tests.graph.peer import GraphPeer, graph_peer
from tests.graph.settings import TEST, read_settings

SECRETS = [TEST[f"MESOBOT_WHATSAPP_{name}"] for name in ("TOKEN", "APP_SECRET", "VERIFY_TOKEN")]
STAFF = {
    "MESOBOT_STAFF_WHATSAPP": "+905321234567",
    "MESOBOT_WHATSAPP_TEMPLATE": "new_request",
}
GOOD = vars(Account(read_settings({})))


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphPeer]:
    with graph_peer(tmp_path_factory.mktemp("graph")) as started:
        yield started


@pytest.fixture(scope="module")
def connector() -> Iterator[Connector]:
    started = Connector()
    yield started
    started.close()


@pytest.fixture
def in_order(
    peer: GraphPeer, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Settings with which all is well, in the environment."""
    settings = {**peer.environment(), **STAFF}
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    good = {name: value for name, value in GOOD.items() if name != "settings"}
    peer.change_account(**{**good, "callback": connector.url})
    return settings


def run(*options: str) -> tuple[int, dict[str, tuple[str, str]], str]:
    """Exit code, level and sentence of each topic, and all that was printed."""
    result = CliRunner().invoke(cli.app, ["whatsapp", "check", "--json", *options])
    found = json.loads(result.stdout)["findings"]
    shown = {each["topic"]: (each["level"], each["sentence"]) for each in found}
    assert not any(secret in result.stdout for secret in SECRETS)
    return result.exit_code, shown, result.stdout


def not_fine(found: dict[str, tuple[str, str]]) -> list[str]:
    return [topic for topic, (level, _) in found.items() if level != "fine"]


def test_all_is_well(in_order: dict[str, str]) -> None:
    code, found, _ = run()
    assert (code, not_fine(found)) == (0, [])
    topics = ["WhatsApp chats", "phone number", "sending", "app secret", "access token"]
    topics += ["webhook fields", "subscription", "webhook", "template to staff"]
    assert set(topics) <= set(found)


def test_people_get_a_table(in_order: dict[str, str]) -> None:
    result = CliRunner().invoke(cli.app, ["whatsapp", "check"])
    assert result.stdout.splitlines()[-1] == "All well."
    assert "“The Clinic”, is connected" in result.stdout


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"status": "PENDING"}, ("phone number", "fails", "not connected (PENDING)")),
        ({"name_status": "DECLINED"}, ("display name", "note", "DECLINED")),
        ({"quality": "RED"}, ("quality", "note", "RED")),
        ({"health": {"WABA": "BLOCKED"}}, ("sending", "fails", "blocked (waba)")),
        ({"health": {"BUSINESS": "LIMITED"}}, ("sending", "note", "limited (LIMITED: business)")),
        ({"subscribed": False}, ("subscription", "fails", "does not tell the app")),
        ({"fields": []}, ("webhook fields", "fails", "not told of messages")),
        ({"fields": ["messages"]}, ("webhook fields", "note", "Business app is not")),
        ({"callback": ""}, ("webhook", "fails", "no address")),
        ({"callback": "https://clinic.example/hook"}, ("webhook", "fails", "posts messages to")),
        (
            {"callback": "http://clinic.example/webhooks/whatsapp/webhook"},
            ("webhook", "fails", "posts messages to"),
        ),
        (
            {"callback": "http://127.0.0.1:9/webhooks/whatsapp/webhook"},
            ("webhook", "note", "cannot be reached from here"),
        ),
        ({"business_rights": False}, ("subscription", "note", "may not read")),
        ({"business_rights": False}, ("template to staff", "note", "may not read")),
        ({"templates": []}, ("template to staff", "fails", "does not exist.")),
        (
            {"templates": [{"name": "new_request", "language": "tr", "status": "APPROVED"}]},
            ("template to staff", "fails", "does not exist, only in tr"),
        ),
        (
            {"templates": [{"name": "new_request", "language": "en", "status": "REJECTED"}]},
            ("template to staff", "fails", "not approved (REJECTED)"),
        ),
        ({"token_expires_at": int(time.time()) + 80_000}, ("access token", "fails", "expires on")),
        (
            {"token_expires_at": int(time.time()) + 40 * 86_400},
            ("access token", "note", "expires on"),
        ),
    ],
)
def test_what_is_wrong_with_the_account_is_said(
    peer: GraphPeer, in_order: dict[str, str], wrong: dict[str, Any], said: tuple[str, str, str]
) -> None:
    topic, level, words = said
    peer.change_account(**wrong)
    code, found, _ = run()
    assert found[topic][0] == level
    assert words in found[topic][1]
    assert code == (1 if level == "fails" else 0)


@pytest.mark.parametrize(
    ("variable", "value", "topic"),
    [
        ("MESOBOT_WHATSAPP_TOKEN", "an-old-one", "phone number"),
        ("MESOBOT_WHATSAPP_PHONE_NUMBER_ID", "999", "phone number"),
        ("MESOBOT_GRAPH_VERSION", "v22.0", "phone number"),
        ("MESOBOT_WHATSAPP_APP_SECRET", "of-another-app", "app secret"),
        ("MESOBOT_WHATSAPP_VERIFY_TOKEN", "another-word", "webhook"),
        ("MESOBOT_WHATSAPP_VERIFY_TOKEN", "", "WhatsApp chats"),
        ("MESOBOT_WHATSAPP_TEMPLATE", "other", "template to staff"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said(
    in_order: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    topic: str,
) -> None:
    monkeypatch.setenv(variable, value)
    code, found, _ = run()
    assert (code, found[topic][0]) == (1, "fails")


def test_another_number_in_the_texts_is_noticed(
    in_order: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from mesobot.staff import installation

    text = (installation.paths.CLINIC / "clinic.yml").read_text(encoding="utf-8")
    (tmp_path / "clinic.yml").write_text(text.replace("543 197", "543 198"), encoding="utf-8")
    monkeypatch.setattr(installation.paths, "CLINIC", tmp_path)
    code, found, _ = run()
    assert (code, found["clinic.yml"][0]) == (0, "note")


def test_whatsapp_that_does_not_answer_is_another_exit_code(
    in_order: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESOBOT_GRAPH_URL", "http://127.0.0.1:9")
    code, found, _ = run()
    assert (code, not_fine(found)) == (3, [])
    assert run("--offline")[0] == 0


def without(monkeypatch: pytest.MonkeyPatch, variables: Sequence[str]) -> None:
    for variable in variables:
        monkeypatch.delenv(variable, raising=False)


def test_nothing_set_is_off_and_not_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, [*TEST, *STAFF])
    code, found, _ = run()
    assert code == 4
    assert found["WhatsApp chats"] == (
        "fine",
        "Off: MESOBOT_WHATSAPP_APP_SECRET and MESOBOT_WHATSAPP_VERIFY_TOKEN are not set.",
    )


def test_360dialog_is_asked_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch, connector: Connector, tmp_path: Path
) -> None:
    with graph_peer(tmp_path, MESOBOT_WHATSAPP_PROVIDER="360dialog") as partner:
        for variable, value in partner.environment().items():
            monkeypatch.setenv(variable, value)
        partner.change_account(callback=connector.url)
        code, found, _ = run()
        assert (code, not_fine(found)) == (0, [])
        assert {"sending", "webhook"} <= set(found)
        monkeypatch.setenv("MESOBOT_WHATSAPP_TOKEN", "an-old-one")
        code, found, _ = run()
        assert (code, found["phone number"][0]) == (1, "fails")
