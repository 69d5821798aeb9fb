"""Questions without an answer: grouped, counted by people, masked, ready to paste."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mesobot import paths
from mesobot.insight.grouping import group_alike
from mesobot.insight.installation import load_encode
from mesobot.insight.masking import Masker
from mesobot.insight.missed import QUOTED, Collector
from mesobot.knowledge.topics import Topic, load_topics
from mesobot.nlu.encoder import FloatArray
from tests.unit.insight.said import lost


def encode(text: str) -> FloatArray:
    """Texts with the same first word are alike, others are not."""
    vector = np.zeros(64, dtype=np.float32)
    vector[sum(map(ord, text.split(maxsplit=1)[0].lower())) % 64] = 1.0
    return vector


@pytest.fixture(scope="session")
def topics() -> dict[str, Topic]:
    return load_topics(paths.DATA / "faq")


@pytest.fixture
def collector(masker: Masker, topics: dict[str, Topic]) -> Collector:
    return Collector(masker, encode, topics)


def test_alike_questions_stand_together_the_largest_group_first() -> None:
    texts = ["parking free", "whitening", "parking where", "Parking  FREE", "whitening cost"]
    assert group_alike(texts, encode) == [[0, 3, 2], [1, 4]]


def test_without_an_encoder_only_the_same_words_stand_together() -> None:
    assert group_alike(["parking free", "parking", "Parking free"], None) == [[0, 2], [1]]
    assert group_alike([], encode) == []
    assert group_alike(["one"], encode) == [[0]]


def test_the_real_encoder_groups_by_meaning() -> None:
    real = load_encode()
    assert real is not None, "built by `make train`"
    texts = [
        *("do you do hair transplants", "hair transplant with fue", "where can i park my car"),
        *("is there parking at the clinic", "teeth whitening possible?"),
    ]
    groups = {frozenset(texts[place] for place in group) for group in group_alike(texts, real)}
    assert groups == {frozenset(texts[:2]), frozenset(texts[2:4]), frozenset(texts[4:])}


def test_people_count_not_messages(collector: Collector) -> None:
    turns = [lost("parking free", "ada"), lost("parking where", "ada"), lost("parking", "bob")]
    (group,) = collector.collect(turns, fewest=1).groups
    assert (group.people, group.times) == (2, 3)


def test_what_too_few_people_asked_is_counted_and_not_quoted(collector: Collector) -> None:
    turns = [*(lost("parking free", who) for who in "abc"), lost("whitening at my wedding", "ada")]
    found = collector.collect(turns, fewest=3)
    assert [group.people for group in found.groups] == [3]
    assert (found.alone, found.times) == (1, 4)
    assert "wedding" not in str([group.wordings for group in found.groups])


def test_a_line_to_paste_has_no_mask_and_is_no_example_yet(collector: Collector) -> None:
    turns = [
        lost("does my friend Grace have to wait outside"),
        lost("does somebody wait outside with me [alone](entity)"),
        lost("Does it hurt?"),
    ]
    (group,) = collector.collect(turns, fewest=1).groups
    assert group.lines == ("does somebody wait outside with me alone(entity)",)
    assert {wording.text for wording in group.wordings} >= {"Does it hurt?"}
    assert "Grace" not in str(group.wordings)


def test_the_nearest_topic_is_named_if_it_is_near(collector: Collector) -> None:
    (near,) = collector.collect([lost("parking free", near=0.3)], fewest=1).groups
    (far,) = collector.collect([lost("parking free", near=0.2)], fewest=1).groups
    (none,) = collector.collect([lost("parking free", near=0)], fewest=1).groups
    assert (near.topic, far.topic, none.topic) == ("pain", None, None)


def test_a_long_story_is_counted_and_not_quoted(collector: Collector) -> None:
    (group,) = collector.collect([lost("parking " + "is it free " * QUOTED)], fewest=1).groups
    assert (group.times, group.wordings) == (1, ())


def test_pasted_lines_are_examples_that_the_check_accepts(
    collector: Collector, tmp_path: Path
) -> None:
    turns = [lost(text) for text in ("sore now: what then", "sore - and #2?", "sore 'or' \"not\"")]
    (group,) = collector.collect(turns, fewest=1).groups
    source = (paths.DATA / "faq" / "pain.yml").read_text(encoding="utf-8").rstrip("\n")
    folder = tmp_path / "faq"
    folder.mkdir()
    for path in (paths.DATA / "faq").glob("*.yml"):
        (folder / path.name).write_bytes(path.read_bytes())
    added = "".join(f"\n      - {line}" for line in group.lines)
    (folder / "pain.yml").write_text(source + added + "\n", encoding="utf-8")
    assert len(group.lines) == 2  # the one with a number is masked
    assert load_topics(folder)["pain"].examples[-2:] == group.lines
