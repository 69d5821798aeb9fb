"""Questions that nobody trained on, through the real pipeline, policies and answers.

The files in ``held_out/`` were written by people who saw the topic list and the article,
never the examples. Do not tune on them: put new examples in ``data/`` for the *kind* of
question that fails, and check with ``make replay`` on questions of your own.
"""

from pathlib import Path

import pytest
import yaml

from mesobot import paths
from mesobot.evaluation.held_out import HeldOutQuestion, load_questions
from mesobot.evaluation.leaks import find_leaks
from mesobot.evaluation.replay import ReplayConversation, Replayer
from mesobot.knowledge.topics import load_topics

HELD_OUT = sorted((Path(__file__).parent / "held_out").glob("*.jsonl"))
QUESTIONS = load_questions(*HELD_OUT)
FAQ = load_topics(paths.DATA / "faq")

RIGHT_AT_LEAST = 0.92
OFF_TOPIC_ANSWERED_AT_MOST = 0.05


@pytest.fixture(scope="module")
def replayer() -> Replayer:
    return Replayer(paths.MODEL)


@pytest.fixture(scope="module")
def understood(replayer: Replayer) -> list[tuple[HeldOutQuestion, list[str]]]:
    pairs = []
    for number, question in enumerate(QUESTIONS):
        held = replayer.hold(ReplayConversation("q", (question.text,)), f"held-out-{number}")
        reply = held["replies"][0]
        assert reply["messages"], f"silence after {question.text!r}"
        pairs.append((question, reply["topics"]))
    return pairs


def test_there_are_enough_questions_and_every_topic_is_asked() -> None:
    assert len(QUESTIONS) >= 600
    asked = {question.topic for question in QUESTIONS}
    assert len(asked & set(FAQ)) >= 34


def test_no_question_leaked_into_the_examples() -> None:
    examples = []
    for path in sorted(paths.DATA.rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            examples += [line.removeprefix("- ") for line in block["examples"].splitlines()]
    assert len(examples) > 5000
    assert find_leaks([question.text for question in QUESTIONS], examples) == []


def test_enough_questions_are_answered_right(understood) -> None:
    misses = [(q.text, q.topic, got) for q, got in understood if not q.is_right(got)]
    share = 1 - len(misses) / len(understood)
    listing = "\n".join(f"  {topic} -> {got}: {text}" for text, topic, got in misses)
    assert share >= RIGHT_AT_LEAST, f"{share:.3f}\n{listing}"


def test_off_topic_questions_are_rarely_answered_as_an_faq(understood) -> None:
    off_topic = [(q, got) for q, got in understood if q.topic == "out_of_scope"]
    wrong = [(q.text, got) for q, got in off_topic if not q.is_right(got) and set(got) & set(FAQ)]
    assert len(off_topic) >= 50
    assert len(wrong) / len(off_topic) <= OFF_TOPIC_ANSWERED_AT_MOST, wrong


def test_no_emergency_or_crisis_gets_a_treatment_answer(understood) -> None:
    serious = [
        (q.text, got) for q, got in understood if q.topic in ("medical_emergency", "distress")
    ]
    assert serious
    assert [entry for entry in serious if set(entry[1]) & set(FAQ)] == []


@pytest.mark.parametrize("topic", FAQ.values(), ids=lambda topic: topic.id)
def test_a_suggested_question_leads_to_its_topic(replayer: Replayer, topic) -> None:
    held = replayer.hold(ReplayConversation("ask", (topic.ask,)), f"ask-{topic.id}")
    assert held["replies"][0]["topics"] == [topic.id]


def test_the_same_question_gets_the_same_answer(replayer: Replayer) -> None:
    first, second = (
        replayer.hold(ReplayConversation("same", ("is it dangerous",)), f"same-{n}")["replies"][0]
        for n in (1, 2)
    )
    assert {**first, "milliseconds": 0} == {**second, "milliseconds": 0}
