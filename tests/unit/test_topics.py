"""A malformed topic file is reported with file, line and what to fix."""

from pathlib import Path

import pytest

from mesobot.knowledge.source import ContentError
from mesobot.knowledge.topics import load_topics

EXAMPLES = "".join(f"      - question number {n}\n" for n in range(25))
GOOD = f"""\
version: "3.1"

responses:
  utter_faq/pain:
    - text: It is mild.
      metadata:
        label: Pain
        ask: Does it hurt?
        next: []
        facts: [mild]

nlu:
  - intent: faq/pain
    examples: |
{EXAMPLES}"""


def load(tmp_path: Path, text: str):
    folder = tmp_path / "faq"
    folder.mkdir()
    (folder / "pain.yml").write_text(text, encoding="utf-8")
    return load_topics(folder)


def test_a_good_file_becomes_a_topic(tmp_path) -> None:
    topic = load(tmp_path, GOOD)["pain"]
    assert topic.intent == "faq/pain"
    assert topic.answer == "It is mild."
    assert topic.facts == ("mild",)
    assert len(topic.examples) == 25


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("    - text: It is mild.", "    - txt: It is mild.", 4, "has no 'text'"),
        ("utter_faq/pain:", "utter_faq/pian:", 3, "must hold exactly 'utter_faq/pain'"),
        ("intent: faq/pain", "intent: faq/pian", 12, "must hold one '- intent: faq/pain'"),
        ("        facts: [mild]\n", "", 7, "must name the facts"),
        ("facts: [mild]", "facts: mild", 10, "'facts' must be a list"),
        (
            "facts: [mild]",
            "facts: [mild]\n        treatment: no way",
            11,
            "'treatment' must be false",
        ),
        ("label: Pain", "lable: Pain", 7, "unknown key 'lable'"),
        ("ask: Does it hurt?", "ask: Does it hurt a great deal?", 8, "characters, 20 fit a button"),
        (
            "next: []",
            "next: [nowhere]",
            5,
            "'next' or 'why' names no other topic of faq/: 'nowhere'",
        ),
        ("      - question number 3\n", "      question number 3\n", 18, "starts with '- '"),
        ("question number 3\n", "Question Number 2\n", 18, "same example as in line 17"),
        ("      - question number 7\n", "", 12, "24 examples; at least 25"),
        ("responses:", "response:", 3, "unknown key 'response'"),
        (
            "    - text: It is mild.",
            '    - text: "It is mild.\n\n\n        Really."',
            5,
            "empty line",
        ),
        ("label: Pain", "label: [Pain", 8, "not readable as YAML"),
        ("label: Pain", "label: Pain\n        label: Hurt", 8, "'label' stands here twice"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, old, new, line, complaint) -> None:
    assert old in GOOD
    with pytest.raises(ContentError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert any(
        p.line == line and complaint in p.message and p.path.name == "pain.yml"
        for p in caught.value.problems
    ), str(caught.value)


def test_every_mistake_is_reported_not_only_the_first(tmp_path) -> None:
    broken = GOOD.replace("label: Pain", "lable: Pain").replace("next: []", "next: oops")
    with pytest.raises(ContentError) as caught:
        load(tmp_path, broken)
    assert len(caught.value.problems) >= 3
