"""Every reply in data/ is checked by `make train`, not only the topics."""

import pytest

from mesobot.knowledge.grounding import ContentRules
from mesobot.knowledge.responses import check_responses

RULES = ContentRules(most_words=10, hype=("miracle*",), price=())
GOOD = """\
responses:
  utter_hello:
    - text: Hello from {city}.
      metadata:
        after_two_misses: utter_hello
nlu:
  - intent: hello
    examples: |
      - hello there
"""


def complaints(tmp_path, text: str, other: str = "") -> list[str]:
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    if other:
        (tmp_path / "b.yml").write_text(other, encoding="utf-8")
    return [str(problem) for problem in check_responses(tmp_path, {"city"}, RULES)]


def test_a_good_reply_passes(tmp_path) -> None:
    assert complaints(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{city}", "{citty}", "a.yml:3: unknown placeholder '{citty}'"),
        ("Hello from", "A miracle from", "a.yml:3: 'miracle*' promises"),
        ("Hello from", "so " * 12, "at most 10 are read"),
        ("after_two_misses", "after_two_mises", "a.yml:5: unknown key 'after_two_mises'"),
        (": utter_hello\n", ": utter_hallo\n", "a.yml:5: 'after_two_misses' names no reply"),
        (
            "after_two_misses: utter_hello",
            "by_note: {x: utter_gone}",
            "names no reply: 'utter_gone'",
        ),
        ("    - text: Hello from {city}.", "    - txt: Hi.", "the reply has no 'text'"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, old, new, complaint) -> None:
    assert old in GOOD
    assert any(complaint in found for found in complaints(tmp_path, GOOD.replace(old, new, 1)))


def test_the_same_example_in_two_intents_is_named(tmp_path) -> None:
    other = "nlu:\n  - intent: greet\n    examples: |\n      - Hello there\n"
    assert any(
        "b.yml:4: the same example stands in hello" in c for c in complaints(tmp_path, GOOD, other)
    )
