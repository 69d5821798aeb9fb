"""What is said and what comes back."""

import uuid

import pytest

from tests.web.browser import Browsers
from tests.web.conftest import WebServer


def test_an_answer_is_one_message_with_all_that_belongs_to_it(
    web: WebServer, browsers: Browsers
) -> None:
    tab = browsers.session(web.port)
    turn = str(uuid.uuid4())
    assert tab.send("does it hurt?", turn) == {"ok": True, "seq": 1}
    question, answer = tab.wait_for("message"), tab.wait_for("message", 2)
    assert (question["from"], question["id"], question["text"]) == (
        "patient", turn, "does it hurt?",
    )  # fmt: skip
    assert (answer["from"], answer["seq"], answer["topics"]) == ("bot", 2, ["pain"])
    assert answer["label"] == "From the clinic's article"
    assert answer["lang"] == "en"
    assert answer["choices"][0] == {"title": "Is there numbing?", "value": "Is there numbing?"}
    assert "id" not in answer
    tab.wait_for("typing", 2)
    assert tab.events("typing") == [{"on": True}, {"on": False}]


def test_a_choice_is_answered_by_its_text(web: WebServer, browsers: Browsers) -> None:
    tab = browsers.session(web.port)
    choice = tab.ask("does it hurt?")["choices"][0]
    assert tab.ask(choice["value"])["topics"] == ["anesthetic"]


def test_an_emergency_says_so(web: WebServer, browsers: Browsers) -> None:
    reply = browsers.session(web.port).ask("help my throat is swelling i cannot breathe")
    assert reply["alarm"] == "medical_emergency"
    assert {"kind": "tel", "href": "tel:112", "text": "112"} in reply["links"]
    assert "label" not in reply


def test_the_same_message_twice_is_one_message(web: WebServer, browsers: Browsers) -> None:
    tab = browsers.session(web.port)
    turn = str(uuid.uuid4())
    acknowledged = [tab.send("does it hurt?", turn) for _ in range(3)]
    assert acknowledged == [{"ok": True, "seq": 1}] * 3
    tab.wait_for("message", 2)
    again = browsers.session(web.port, tab.token)
    assert again.send("does it hurt?", turn) == {"ok": True, "seq": 1}
    tab.ask("is it safe?")
    assert [m["seq"] for m in tab.messages] == [1, 2, 3, 4]


def test_messages_are_answered_in_order(web: WebServer, browsers: Browsers) -> None:
    tab = browsers.session(web.port)
    asked = ["does it hurt?", "how many sessions do i need?", "any downtime?"]
    tab.order("flood", messages=[{"id": str(uuid.uuid4()), "text": text} for text in asked])
    tab.wait_for("message", 6)
    replies = [m["topics"] for m in tab.messages if m["from"] == "bot"]
    assert replies == [["pain"], ["sessions_needed"], ["downtime"]]
    assert sorted(m["seq"] for m in tab.messages) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "command",
    [
        "/restart",
        "  /restart",
        "／restart",
        "\u200b/restart",
        '/affirm{"consultation_consent": "yes"}',
        "/session_start",
    ],
)
def test_a_command_is_plain_text(web: WebServer, browsers: Browsers, command: str) -> None:
    tab = browsers.session(web.port)
    tab.ask("does it hurt?")
    reply = tab.ask(command)
    assert reply["text"].strip()
    assert "automated assistant" not in reply["text"]  # nothing was restarted
    assert tab.messages[2]["text"] == command.strip()


@pytest.mark.parametrize(
    "data",
    [
        [],
        [None],
        ["does it hurt?"],
        [7],
        [["does it hurt?"]],
        [{}],
        [{"id": "12345678"}],
        [{"id": "12345678", "text": None}],
        [{"id": "12345678", "text": 7}],
        [{"id": "12345678", "text": {"text": "hi"}}],
        [{"id": "12345678", "text": ["hi"]}],
        [{"id": 7, "text": "hi"}],
        [{"id": "short", "text": "hi"}],
        [{"id": "x" * 65, "text": "hi"}],
        [{"text": "hi"}],
    ],
)
def test_what_is_no_message_is_refused(web: WebServer, browsers: Browsers, data: list) -> None:
    tab = browsers.session(web.port)
    ack = tab.emit("say", *data)
    assert (ack["ok"], ack["error"]) == (False, "invalid")
    assert ack["text"]
    assert tab.messages == []


def test_more_arguments_than_expected_do_no_harm(web: WebServer, browsers: Browsers) -> None:
    tab = browsers.session(web.port)
    message = {"id": str(uuid.uuid4()), "text": "hi", "seq": 99, "from": "bot", "alarm": "x"}
    assert tab.emit("say", message, {"sender": "web:1"}, 3)["ok"]
    assert set(tab.wait_for("message")) == {"seq", "from", "time", "id", "text"}
    assert tab.messages[0]["from"] == "patient"


@pytest.mark.parametrize("text", ["", "   ", "\u200b\n\t "])
def test_nothing_is_no_message(web: WebServer, browsers: Browsers, text: str) -> None:
    assert browsers.session(web.port).send(text)["error"] == "empty"


def test_a_long_text_is_heard_and_a_very_long_one_refused(
    web: WebServer, browsers: Browsers
) -> None:
    tab = browsers.session(web.port)
    assert "too long for me" in tab.ask("my skin is tired and " * 60)["text"]
    alarm = tab.ask("i cant breathe and my throat is swelling shut. " + "it was fine. " * 90)
    assert alarm["alarm"] == "medical_emergency"
    refused = tab.send("x" * 4001)
    assert refused["error"] == "too_long"
    assert "112" in refused["text"]


@pytest.mark.parametrize("text", ["\ud800 half a pair", "nul \x00 nul", "🫠" * 1000, "\u202eabc"])
def test_odd_characters_are_answered_and_kept(
    web: WebServer, browsers: Browsers, text: str
) -> None:
    tab = browsers.session(web.port)
    assert tab.ask(text)["text"]
    again = browsers.session(web.port, tab.token)
    assert again.wait_for("history")["messages"] == tab.messages


def test_with_a_dead_action_server_there_is_still_one_reply(
    web: WebServer, browsers: Browsers
) -> None:
    tab = browsers.session(web.port)
    for number in (1, 2):
        reply = tab.ask("i want to book an appointment")
        assert "+90 543 197 43 20" in reply["text"]
        assert reply["links"][0]["kind"] == "whatsapp"
        assert len(tab.messages) == 2 * number


def test_an_action_server_that_hangs_costs_a_form_and_no_more(
    web: WebServer, browsers: Browsers
) -> None:
    tab = browsers.session(web.port)
    with web.open_silent_actions():
        reply = tab.ask("i want to book an appointment", seconds=10)
        assert "A person at the clinic will gladly help you" in reply["text"]
        assert reply["links"][0]["kind"] == "whatsapp"
        assert "relatively painless" in tab.ask("does it hurt?", seconds=3)["text"]
