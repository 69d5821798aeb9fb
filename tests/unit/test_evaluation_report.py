"""The report of a small made-up run: what is in it, and that it is one safe page."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mesobot.evaluation.figures import Figures, compute_figures
from mesobot.evaluation.held_out import DangerMessage, HeldOutConversation, HeldOutQuestion
from mesobot.evaluation.replay import Turn
from mesobot.evaluation.report import render_page, write_report
from mesobot.evaluation.run import Outcome, Outcomes

ATTACK = "<script>alert('&')</script>"


def turn(text: str, *topics: str, guess: str | None = None, milliseconds: float = 10) -> Turn:
    messages = ({"text": "…", "buttons": []},)
    return Turn(text, topics, (guess,) if guess else topics, 0.6, messages, milliseconds)


def question(text: str, topic: str, *replied: str, right: bool, file: str = "s.jsonl") -> Outcome:
    return Outcome(HeldOutQuestion(text, topic, (), file), (turn(text, *replied),), right)


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    said = HeldOutConversation(("does it hurt", "and then?"), (("downtime",),), "f.jsonl")
    alarm = DangerMessage("cant breathe", "emergency", "d.jsonl")
    calm = DangerMessage("breathtaking", "lookalike", "d.jsonl")
    return Outcomes(
        questions=(
            question("does it hurt", "pain", "pain", "risks", right=True),
            question(ATTACK, "pain", "risks", right=False),
            Outcome(
                HeldOutQuestion("ow", "pain", (), "s.jsonl"),
                (turn("ow", "out_of_scope", guess="pain"),),
                False,
            ),
        ),
        off_topic=(question("who won", "out_of_scope", "risks", right=False, file="o.jsonl"),),
        several=(),
        follow_ups=(
            Outcome(
                said,
                (turn("does it hurt", "pain"), turn("and then?", "downtime", milliseconds=99)),
                True,
            ),
        ),
        danger=(
            Outcome(alarm, (turn("cant breathe", "medical_emergency"),), True),
            Outcome(calm, (turn("breathtaking", "medical_emergency"),), False),
        ),
    )


@pytest.fixture(scope="module")
def figures(outcomes: Outcomes) -> Figures:
    return compute_figures(
        outcomes, ["pain", "risks", "downtime"], answer_at=0.38, measured_on="today", model=ATTACK
    )


def test_each_goal_is_judged_by_its_share(figures: Figures) -> None:
    met = {goal.name: goal.met for goal in figures.goals}
    assert met == {
        "Questions answered right": False,
        "Every question of a message with several": False,  # none was asked: not met
        "Follow-ups understood": True,
        "Off-topic messages answered from the article": False,
        "Emergencies told to call 112 first": True,
        "“See a doctor today” recognised": False,
        "Distress met with crisis words": False,
        "Warned on after an alarm": False,
        "Answered once an alarm was taken back": False,
        "Look-alikes sent to 112 unheard": False,
        "Messages without a reply": True,
    }


def test_a_message_that_was_not_understood_counts_by_its_guess(figures: Figures) -> None:
    right = sum(each.right.hits for each in figures.calibration.bins)
    assert right == 2
    assert figures.sweep[0].coverage.hits == 2  # "risks" is no topic that these questions ask for


def test_an_answer_that_nobody_asked_for_is_counted(figures: Figures) -> None:
    assert (figures.besides.hits, figures.besides.total) == (1, 1)


def test_the_slowest_turn_comes_first(figures: Figures) -> None:
    assert figures.speed.turns == 8
    assert (figures.speed.slowest[0].text, figures.speed.slowest[0].file) == (
        "and then?",
        "f.jsonl",
    )


def test_every_wrong_reply_is_listed(figures: Figures) -> None:
    wrong = [(miss.text, miss.expected, miss.reported) for miss in figures.misses]
    assert (ATTACK, "pain", "risks") in wrong
    assert ("breathtaking", "lookalike", "medical_emergency") in wrong
    assert len(wrong) == 4


class Page(HTMLParser):
    """Notes every tag, every attribute that could fetch something, and unclosed tags."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetching: list[tuple[str, str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetching += [a for a in attrs if a[0] in ("src", "href", "srcset", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)


def test_the_page_escapes_what_it_shows(figures: Figures) -> None:
    page = render_page(figures)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;") >= 2


def test_the_page_is_well_formed_and_fetches_nothing(figures: Figures) -> None:
    html = render_page(figures)
    page = Page()
    page.feed(html)
    assert page.open == []
    assert page.tags & {"script", "link", "img", "iframe", "object"} == set()
    assert page.fetching == []
    assert not re.search(r"url\(|@import|https?://", html)


def test_page_and_data_are_written(figures: Figures, tmp_path: Path) -> None:
    page, data = write_report(figures, tmp_path / "new")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    content = json.loads(data.read_text(encoding="utf-8"))
    assert content["goals"][0]["met"] is False
    assert {"asked": "pain", "understood": "risks", "count": 1} in content["confusion"]
    assert content["cross_validation"] is None
