from pathlib import Path

import pytest

from mesobot.knowledge.facts import Fact
from mesobot.knowledge.grounding import ContentRules, amounts, check_grounding, forbidden_words
from mesobot.knowledge.topics import Topic

RULES = ContentRules(most_words=20, hype=("miracle*", "no risk"), price=("price*", "€"))
FACTS_FILE = Path("facts.yml")


def fact(name: str, text: str, set_aside: str | None = None) -> Fact:
    return Fact(name, "faq", text, set_aside, 1)


def topic(answer: str, *facts: str, group: str = "faq") -> Topic:
    return Topic("t", group, "T", "T?", answer, facts, (), (), Path("t.yml"), 1)


def complaints(answer: str, *facts: Fact, cite: tuple[str, ...] | None = None) -> list[str]:
    cited = cite if cite is not None else tuple(f.id for f in facts)
    found = check_grounding(
        {"t": topic(answer, *cited)}, {f.id: f for f in facts}, FACTS_FILE, RULES
    )
    return [problem.message for problem in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 to 6 sessions", {("3", "session"), ("6", "session")}),
        ("two-four weeks", {("2", "week"), ("4", "week")}),
        ("for the first 24 hours", {("24", "hour")}),
        ("a few days", {("few", "day")}),
        ("several months to a year", {("several", "month"), ("1", "year")}),
        ("a session, an injection", set()),
        ("step 2", {("2", "")}),
        ("call {emergency_number}", set()),
    ],
)
def test_amounts_are_read_with_their_units(text, expected) -> None:
    assert amounts(text) == expected


def test_an_answer_that_rests_on_its_facts_passes() -> None:
    assert complaints("It takes 3 to 6 sessions.", fact("a", "Most need 3 to 6 sessions.")) == []


def test_a_figure_of_no_cited_fact_is_found() -> None:
    found = complaints("7 sessions", fact("a", "3 to 6 sessions"))
    assert any("'7 session' stands in none" in message for message in found)


def test_a_right_figure_with_another_unit_is_found() -> None:
    assert complaints("6 weeks", fact("a", "3 to 6 sessions")) != []


def test_a_figure_of_an_uncited_fact_does_not_count() -> None:
    found = complaints("6 weeks", fact("a", "It is."), fact("b", "6 weeks"), cite=("a",))
    assert any("'6 week'" in message for message in found)


def test_a_figure_of_a_fact_that_no_answer_tells_is_found() -> None:
    assert (
        "'6 week' of the fact 'a' is told by no answer"
        in complaints("Yes.", fact("a", "6 weeks"))[0]
    )


def test_an_unknown_fact_is_found() -> None:
    assert "not in clinic/facts.yml" in complaints("Yes.", cite=("ghost",))[0]


def test_a_fact_that_is_set_aside_must_not_be_cited() -> None:
    assert "must not be used" in complaints("Yes.", fact("a", "At once.", "too bold"))[0]


def test_a_fact_that_no_answer_uses_is_found() -> None:
    found = complaints("Yes.", fact("a", "Yes."), fact("b", "No."), cite=("a",))
    assert any(text.startswith("no answer uses the fact 'b'") for text in found)


def test_hype_price_and_length_are_found() -> None:
    assert "'miracle*' promises" in complaints("Miraculously a miracles cure.", fact("a", "x"))[0]
    assert "speaks of prices" in complaints("The price is low.", fact("a", "x"))[0]
    assert "21 words" in complaints("word " * 21, fact("a", "x"))[0]


def test_words_are_matched_whole() -> None:
    assert forbidden_words("appriced, unmiracle", RULES.price + RULES.hype) == []
    assert forbidden_words("50€", RULES.price) == ["€"]
