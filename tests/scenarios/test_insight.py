"""Conversations over HTTP become a digest, metrics and log lines; nothing personal gets there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mesobot import paths
from mesobot.insight.pseudonyms import open_pseudonyms
from mesobot.running import free_port, wait_for
from tests.scenarios.conftest import Assistant, running
from tests.scenarios.test_consultation import say_all

NAME, PHONE, E_MAIL, STREET = "Zeyneb", "0532 765 43 21", "zeyneb@quux.com", "Larkspur Street 17"
CANARIES = (NAME, "765 43", "7654321", E_MAIL, "quux", "Larkspur", "canary-sender")


@dataclass
class Watched:
    """An assistant with its metrics, and what its commands print."""

    assistant: Assistant
    variables: dict[str, str]
    metrics: int
    relay_metrics: int

    def command(self, *arguments: str) -> str:
        environment = {
            **os.environ,
            **self.variables,
            "MESOBOT_STATE": str(self.assistant.state),
            "MESOBOT_TRACKER_DB": str(self.assistant.state.parent / "conversations.db"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "mesobot", *arguments],
            cwd=paths.ROOT, env=environment, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def figures(self, port: int) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return answer.read().decode()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The whole assistant as `make run` starts it, after a handful of conversations."""
    metrics, relay_metrics = free_port(), free_port()
    variables = {
        "MESOBOT_PORT": str(free_port()),
        "MESOBOT_ACTIONS_PORT": str(free_port()),
        "MESOBOT_METRICS_PORT": str(metrics),
        "MESOBOT_RELAY_METRICS_PORT": str(relay_metrics),
        "MESOBOT_DIGEST_EMAIL": "staff@clinic.com.tr",
    }
    command = [sys.executable, "-m", "mesobot", "run"]
    with running(command, tmp_path_factory.mktemp("insight"), **variables) as started:
        assert wait_for(f"http://127.0.0.1:{variables['MESOBOT_ACTIONS_PORT']}/health", 60)
        converse(started)
        yield Watched(started, variables, metrics, relay_metrics)


def converse(assistant: Assistant) -> None:
    """Six questions answered, one of them in part, four not; one request; one emergency."""
    say_all(
        assistant, "one", "does it hurt", "how many sessions do i need", "say that again please"
    )
    say_all(assistant, "two", "what should i avoid afterwards", "swimming?")
    say_all(assistant, "three", "do you do hair transplants", "how much is it")
    say_all(assistant, "four", "hair transplant please")
    say_all(assistant, "five", "can i have a hair transplant at your clinic")
    say_all(
        assistant, "canary-sender",
        f"my name is {NAME}, do you do teeth whitening? {PHONE}, {E_MAIL}, i live in {STREET}",
        "does it hurt", "i want an appointment", "2", f"Ada {NAME}", E_MAIL, "acne scars", "weekend",
        "yes", "yes",
    )  # fmt: skip
    say_all(assistant, "six", "i can not breathe since the injection")


def test_shares_and_groups_are_right(watched: Watched) -> None:
    figures = watched.assistant.state / "figures.json"
    watched.command("digest", "--since", "2d", "--json", str(figures))
    plain = json.loads(figures.read_text(encoding="utf-8"))
    chats = plain["chats"]
    assert (chats["conversations"], chats["messages"]) == (7, 20)
    assert {name: count for name, count in chats["outcomes"].items() if count} == {
        "answered": 5,
        "partly": 1,  # "the article says nothing more particular about that"
        "to_clinic": 1,
        "not_in_article": 4,
        "request": 8,
        "alarm": 1,
    }
    assert chats["alarms"] == {"medical_emergency": 1}
    assert chats["topics"]["pain"] == 2
    assert chats["channels"] == {"rest": 7}
    assert plain["requests"]["states"]["new"] == 1  # its mail is only kept on this machine
    (group,) = plain["missed"]["groups"]
    assert (group["people"], group["times"], group["understood"]) == (3, 3, True)
    assert "do you do hair transplants" in [wording["line"] for wording in group["wordings"]]
    assert plain["missed"]["alone"] == 1


def test_what_one_person_asked_is_masked(watched: Watched) -> None:
    output = watched.command("missed")
    assert "do you do teeth whitening? ‹phone›, ‹e-mail›, i ‹address›" in output
    pseudonym = open_pseudonyms({}, watched.assistant.state).of("canary-sender")
    shown = watched.command("conversations", "show", pseudonym)
    assert "my name is ‹name›" in shown
    assert shown.count("‹answer to the form›") == 7
    assert [canary for canary in CANARIES if canary in output + shown] == []


def test_turns_are_counted_by_the_process_that_answers(watched: Watched) -> None:
    figures = watched.figures(watched.metrics)
    for line in (
        'mesobot_turns_total{channel="rest",kind="answered"} 5.0',
        'mesobot_turns_total{channel="rest",kind="not_in_article"} 4.0',
        'mesobot_turn_seconds_count{channel="rest"} 20.0',
        'mesobot_red_flags_total{channel="rest",danger="medical_emergency"} 1.0',
        "mesobot_web_sockets 0.0",
    ):
        assert line in figures
    assert [canary for canary in CANARIES if canary in figures] == []


def test_requests_and_deliveries_are_counted_by_the_relay(watched: Watched) -> None:
    wanted = 'mesobot_deliveries_total{kind="clinic_email",result="sent"} 1.0'
    deadline = time.monotonic() + 20
    while wanted not in (figures := watched.figures(watched.relay_metrics)):
        assert time.monotonic() < deadline, figures
        time.sleep(0.2)
    assert 'mesobot_requests{state="new"} 1.0' in figures
    assert "mesobot_requests_database_up 1.0" in figures
    assert "mesobot_turns" not in figures


def test_every_turn_leaves_one_line_with_a_pseudonym(watched: Watched) -> None:
    log = watched.assistant.log.read_text(encoding="utf-8")
    lines = [json.loads(found) for found in re.findall(r"\{[^\n]*\"event\": \"turn\"[^\n]*\}", log)]
    assert len(lines) == 20
    assert set(lines[0]) == {"channel", "conversation", "topics", "kind", "ms", "event", "level"}
    one = open_pseudonyms({}, watched.assistant.state).of("one")
    assert [line["topics"] for line in lines if line["conversation"] == one] == [
        ["pain"],
        ["sessions_needed"],
        ["sessions_needed"],
    ]


def test_the_relay_has_mailed_the_digest_of_the_last_week(watched: Watched) -> None:
    watched.assistant.wait_for_log("weekly digest sent", 60)
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (watched.assistant.state / "mail").glob("*.eml")
    ]
    (digest,) = [mail for mail in mails if mail["To"] == "staff@clinic.com.tr"]
    (page,) = digest.iter_attachments()
    assert digest["Subject"].startswith("What patients asked")
    assert "conversations" in page.get_content()


def test_nothing_personal_is_in_digest_or_log(watched: Watched) -> None:
    watched.command("digest", "--since", "2d", "--fewest", "1")
    page = (watched.assistant.state / "digest.html").read_text(encoding="utf-8")
    assert "do you do teeth whitening?" in page
    log = watched.assistant.log.read_text(encoding="utf-8")
    found = {canary: canary in page or canary in log for canary in CANARIES}
    assert not any(found.values()), found


def test_the_key_of_the_pseudonyms_is_for_its_owner_only(watched: Watched) -> None:
    key: Path = watched.assistant.state / "pseudonyms.key"
    assert key.stat().st_mode & 0o077 == 0
