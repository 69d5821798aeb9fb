"""The messages that may be tuned on: they can be read, name known topics, and misses are listed."""

from mesobot import paths
from mesobot.dialogue.conversation import topic_of
from mesobot.evaluation.cross_validation import read_examples
from mesobot.evaluation.evaluate import DEVELOPMENT, wrong
from mesobot.evaluation.held_out import HeldOutQuestion, load_held_out
from mesobot.evaluation.replay import Turn
from mesobot.evaluation.run import Outcome, Outcomes

_REPORTED_AS = {"out_of_scope", "personal_medical", "what_do_you_know"}
"""Ids that a reply reports though no example has them as its own (docs/topics.md)."""


def test_they_can_be_read_and_name_topics_that_there_are() -> None:
    development = load_held_out(DEVELOPMENT)
    known = {topic_of(name) for _, name in read_examples(paths.DATA)} | _REPORTED_AS
    assert len(development.several) >= 200 and len(development.follow_ups) >= 200
    for conversation in (*development.several, *development.follow_ups):
        assert {topic for accepted in conversation.topics for topic in accepted} <= known
    for question in development.questions:
        assert {question.topic, *question.accept} <= known


def test_what_is_wrong_is_listed_with_what_would_be_right() -> None:
    def outcome(text: str, right: bool) -> Outcome[HeldOutQuestion]:
        turn = Turn(text, ("risks",), ("risks",), 0.6, ({"text": "…"},), 10)
        return Outcome(HeldOutQuestion(text, "pain", ("anesthetic",), "s.jsonl"), (turn,), right)

    outcomes = Outcomes((outcome("ow", False), outcome("fine", True)), (), (), (), ())
    assert list(wrong(outcomes)) == ["ow\n    risks; right: pain or anesthetic"]
