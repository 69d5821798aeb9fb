"""How it is measured: the load, what replies mean, and the content of both bots."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from benchmarks.comparison.accuracy import intents_heard, is_false_accept, plain, reader_of
from benchmarks.comparison.bots import OURS, STOCK, Bot, Training
from benchmarks.comparison.growth import at_places
from benchmarks.comparison.load import Order, ask, measure
from benchmarks.comparison.sizes import count, tenfold_topics, tenth_of_examples
from benchmarks.comparison.stock import write_stock_bot
from benchmarks.comparison.trained_stock import key, trained_stock
from benchmarks.comparison.yaml_files import read, write
from mesobot.evaluation.held_out import HeldOutQuestion
from mesobot.paths import DATA

TRAINING = Training(1.0, 1.0, 1, "2026-01-01T00:00+00:00", 0.0)


class Answering(ThreadingHTTPServer):
    """A bot that answers each message, except "silence", and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[str, str]] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Answering

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((asked["sender"], asked["message"]))
        body = b"[]" if asked["message"] == "silence" else b'[{"text": "hello"}]'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def bot() -> Iterator[Answering]:
    server = Answering()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def stock(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("stock")
    write_stock_bot(folder, DATA, 20)
    return folder


def test_clients_share_the_turns_in_conversations_of_five(bot: Answering) -> None:
    measured = measure(Order([bot.server_port], 2, 20, ["a", "b", "c"], "run"))
    assert len(measured.turns) == 20
    assert measured.rate == pytest.approx(20 / measured.seconds)
    senders = [sender for sender, _ in bot.heard]
    assert {senders.count(sender) for sender in senders} == {5}
    assert {message for _, message in bot.heard} == {"a", "b", "c"}


def test_silence_is_an_error_and_not_a_quick_turn(bot: Answering) -> None:
    with pytest.raises(RuntimeError, match="no reply"):
        ask(Order([bot.server_port], 1, 5, ["silence"], "run"))


def test_the_place_in_a_conversation_is_the_median_of_ten_turns() -> None:
    seconds = [0.001] * 90 + [0.003] * 10
    assert at_places(seconds) == pytest.approx({"10": 1.0, "100": 3.0})


def test_stock_has_a_rule_for_each_intent_of_today(stock: Path) -> None:
    rules = read(stock / "data" / "rules.yml")["rules"]
    domain = read(stock / "domain.yml")
    ruled = {rule["steps"][0]["intent"] for rule in rules}
    assert ruled | {"affirm", "deny"} == {*domain["intents"], "nlu_fallback"}


def test_stock_is_trained_again_for_an_example_but_not_for_an_answer(
    stock: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(stock, tmp_path / "copy")
    domain = (copy / "domain.yml").read_text(encoding="utf-8")
    (copy / "domain.yml").write_text(domain.replace("numbing", "soothing"), encoding="utf-8")
    assert key(copy) == key(stock)
    examples = (copy / "data" / "nlu.yml").read_text(encoding="utf-8")
    (copy / "data" / "nlu.yml").write_text(examples.replace("hurt", "sting"), encoding="utf-8")
    assert key(copy) != key(stock)


def test_a_kept_stock_bot_is_not_trained_again(stock: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(stock, tmp_path / f"stock-{key(stock)}")
    (folder / "training.json").write_text(json.dumps(vars(TRAINING)), encoding="utf-8")
    assert trained_stock(tmp_path, DATA, 20).training == TRAINING


def test_ours_says_its_topics_and_stock_is_known_by_its_texts(stock: Path) -> None:
    domain = read(stock / "domain.yml")
    answer = domain["responses"]["utter_faq_pain"][0]["text"]
    ours, other = (reader_of(Bot(name, stock, stock / "model", TRAINING)) for name in (OURS, STOCK))
    assert ours([{"text": "x", "topics": ["pain"]}]) == ("pain",)
    assert other([{"text": answer}]) == ("pain",)
    assert other([{"text": "something else"}]) == ()
    first, _, rest = answer.partition(" ")
    assert other([{"text": first}, {"text": rest}]) == ("pain",)  # cut into two messages


def test_an_intent_is_named_alike_in_both() -> None:
    assert plain("nlu_fallback") == "out_of_scope"
    assert plain("unanswered_price") == "price"
    assert plain("thanks") == "thanks"


def test_the_intent_of_the_last_message_counts(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "c.db") as connection:
        connection.execute("CREATE TABLE events (id, sender_id, type_name, intent_name)")
        rows = [(1, "a", "user", "greet"), (2, "a", "bot", None), (3, "a", "user", "thanks")]
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
    connection.close()
    assert intents_heard(tmp_path / "c.db") == {"a": "thanks"}


@pytest.mark.parametrize(
    ("topics", "wrong"),
    [(("pain",), True), (("what_is",), False), (("price",), False), ((), False)],
)
def test_an_accepted_neighbour_is_no_false_accept(topics, wrong) -> None:
    message = HeldOutQuestion("botox?", "out_of_scope", ("what_is",), "file")
    assert is_false_accept(message, topics, {"pain", "what_is"}) is wrong


def test_topics_in_ten_parts_share_no_example(tmp_path: Path) -> None:
    content = {
        "responses": {"utter_faq/pain": [{"text": "It may."}]},
        "nlu": [{"intent": "faq/pain", "examples": "".join(f"- e{i}\n" for i in range(20))}],
    }
    write(tmp_path / "data" / "faq" / "pain.yml", content)
    tenfold_topics(tmp_path / "data", tmp_path / "tenfold")
    parts = [read(path)["nlu"][0]["examples"] for path in (tmp_path / "tenfold").rglob("*.yml")]
    lines = [line for part in parts for line in part.splitlines()]
    assert len(parts) == 10
    assert len(lines) == len(set(lines)) == 20


def test_load_material_holds_no_example_that_is_not_ours(tmp_path: Path) -> None:
    content = {
        "responses": {"utter_faq/pain": [{"text": "It may."}]},
        "nlu": [{"intent": "faq/pain", "examples": "".join(f"- e{i}\n" for i in range(40))}],
    }
    data = tmp_path / "data"
    (data / "faq").mkdir(parents=True)
    (data / "faq" / "pain.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    tenth_of_examples(data, tmp_path / "tenth")
    tenfold_topics(data, tmp_path / "tenfold")
    assert count(data) == (1, 40)
    assert count(tmp_path / "tenth") == (1, 4)
    assert count(tmp_path / "tenfold") == (10, 40)
    part = yaml.safe_load((tmp_path / "tenfold" / "faq" / "pain_3.yml").read_text(encoding="utf-8"))
    assert part["nlu"] == [{"intent": "faq/pain_3", "examples": "- e3\n- e13\n- e23\n- e33\n"}]
    assert part["responses"] == {"utter_faq/pain_3": [{"text": "It may."}]}
