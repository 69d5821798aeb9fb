"""What happens when requests are malformed, helpers are dead, or Ctrl-C is pressed."""

import os
import signal
import socket
import sys

import pytest

from mesobot import paths
from mesobot.running import free_port
from tests.scenarios.conftest import Assistant, running


def test_ten_thousand_characters_get_a_short_kind_reply(assistant: Assistant) -> None:
    reply = assistant.say("long-story", "my skin is tired and " * 480)
    assert "too long for me" in reply["text"]
    assert "112" in reply["text"]
    assert assistant.say("long-story", "does it hurt")["topics"] == ["pain"]


def test_an_emergency_at_the_start_of_a_very_long_message_is_heard(assistant: Assistant) -> None:
    """It got "that is too long for me", with no emergency number."""
    reply = assistant.say(
        "long-emergency",
        "i cant breathe and my throat is swelling shut. " + "it was fine before " * 90,
    )
    assert reply["text"].startswith("This can be an emergency. Call 112")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"message": "hi"}',
        b'{"sender": null, "message": "hi"}',
        b'{"sender": "a", "message": 1}',
    ],
)
def test_a_malformed_request_gets_a_sentence(assistant: Assistant, body: bytes) -> None:
    status, answer = assistant.post(body)
    assert status == 400
    assert answer["error"]


def test_two_patients_do_not_share_a_conversation(assistant: Assistant) -> None:
    assert "automated assistant" in assistant.say("patient-one", "does it hurt?")["text"]
    assert "automated assistant" in assistant.say("patient-two", "does it hurt?")["text"]
    assert "automated assistant" not in assistant.say("patient-one", "is it safe?")["text"]


def test_nothing_a_patient_typed_is_in_the_logs(assistant: Assistant) -> None:
    canary = "Zebrafink Ottokar 0532 999 88 77 zebrafink@ottokar.test"
    assistant.say("canary", f"i am {canary} and i want an appointment")
    assistant.say("canary", f"/{canary}")
    log = assistant.log.read_text(encoding="utf-8", errors="replace")
    assert "Starting" in log or "ready" in log  # the log is the right one
    for secret in ("Zebrafink", "999 88 77", "zebrafink@ottokar.test", "appointment"):
        assert secret not in log


def test_with_a_dead_action_server_nobody_is_told_that_data_is_deleted(
    lonely_assistant: Assistant,
) -> None:
    lonely_assistant.say("lonely-forget", "forget me")
    reply = lonely_assistant.say("lonely-forget", "yes")
    assert reply["text"].startswith("Sorry, I could not make sure that everything is deleted")
    assert "+90 543 197 43 20" in reply["text"]
    reply = lonely_assistant.say("lonely-forget", "what do you know about me")
    assert "cannot look up what is stored" in reply["text"]
    assert "30 days" in reply["text"]


@pytest.mark.parametrize("wish", ["i want to book an appointment", "let me talk to a human"])
def test_with_a_dead_action_server_a_person_can_still_be_reached(
    lonely_assistant: Assistant, wish: str
) -> None:
    for _ in range(2):  # the second time as well: nothing sticks from the first
        reply = lonely_assistant.say(f"lonely-{len(wish)}", wish)
        assert "+90 543 197 43 20" in reply["text"]


def test_with_a_dead_action_server_answers_and_emergencies_arrive(
    lonely_assistant: Assistant,
) -> None:
    assert lonely_assistant.say("lonely", "does it hurt?")["topics"] == ["pain"]
    emergency = lonely_assistant.say("lonely", "help my throat is swelling i cannot breathe")
    assert emergency["text"].startswith("This can be an emergency. Call 112")


def test_a_taken_port_is_said_in_plain_words(tmp_path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        environment = {**os.environ, "MESOBOT_PORT": str(port)}
        import subprocess

        done = subprocess.run(
            [sys.executable, "-m", "mesobot", "run"], check=False, cwd=paths.ROOT, env=environment,
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"Port {port} is already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_stops_everything(tmp_path) -> None:
    ports = {"MESOBOT_PORT": str(free_port()), "MESOBOT_ACTIONS_PORT": str(free_port())}
    with running([sys.executable, "-m", "mesobot", "run"], tmp_path, **ports) as started:
        started.wait_for_log("The assistant is ready")  # said a moment after it answers
        os.killpg(started.process.pid, signal.SIGINT)
        started.process.wait(timeout=30)
    for port in ports.values():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", int(port)))  # free again, or this raises
