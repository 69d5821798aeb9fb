"""The clinic's real content: complete, grounded, plain. And proof that the check bites."""

import dataclasses
import os
import re

import pytest
import yaml

from mesobot.consultation.form import KNOWN_NUMBER, Field
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.dialogue.form_texts import REFERENCE, form_values
from mesobot.knowledge.content import load_content
from mesobot.knowledge.facts import Fact
from mesobot.knowledge.grounding import check_grounding, forbidden_words, load_content_rules
from mesobot.knowledge.responses import FORM_PLACEHOLDERS, TOLD_PLACEHOLDERS
from mesobot.knowledge.topics import LONGEST_QUESTION, Topic
from mesobot.paths import CLINIC, DATA

FAQ_TOPICS = {
    "what_is",
    "how_it_works",
    "science_ingredients",
    "benefits",
    "candidates",
    "procedure_steps",
    "procedure_duration",
    "pain",
    "anesthetic",
    "downtime",
    "aftercare",
    "sessions_needed",
    "session_spacing",
    "results_onset",
    "results_duration",
    "side_effects",
    "risks",
    "skin_types",
    "compare_chemical_peel",
    "compare_microdermabrasion",
    "compare_laser",
    "compare_fillers",
    "compare_topical",
    "compare_general",
    "combine_treatments",
    "concern_aging",
    "concern_dull_tone",
    "concern_dry",
    "concern_acne_scars",
    "concern_cellulite",
    "choose_practitioner",
    "is_it_right_for_me",
    "about_doctor",
    "contact",
}
CONTENT = load_content(CLINIC, DATA, os.environ)  # raises with every problem if there is one
RULES = load_content_rules(CLINIC / "content_rules.yml")
FIGURE = re.compile(r"\d+")


def complaints(topics: dict[str, Topic], facts: dict[str, Fact]) -> list[str]:
    number = CONTENT.clinic.whatsapp
    found = check_grounding(topics, facts, CLINIC / "facts.yml", RULES, number)
    return [p.message for p in found]


def dialogue_responses() -> list[tuple[str, dict]]:
    found = []
    for path in sorted(DATA.rglob("*.yml")):
        responses = yaml.safe_load(path.read_text(encoding="utf-8")).get("responses", {})
        for name, variations in responses.items():
            assert len(variations) == 1, f"{name}: the assistant does not pick at random"
            found.append((name, variations[0]))
    return found


def test_all_answers_but_contact_are_about_the_treatment() -> None:
    """Only what is marked so is spared the sentence that results differ."""
    replies = dict(dialogue_responses())
    spared = {n for n, r in replies.items() if r.get("metadata", {}).get("treatment") is False}
    assert spared == {"utter_faq/contact"}


def test_all_topics_are_there() -> None:
    faq = {topic.id for topic in CONTENT.topics.values() if topic.group == "faq"}
    assert faq >= FAQ_TOPICS
    others = {topic.id for topic in CONTENT.topics.values() if topic.group == "unanswered"}
    assert others == {"personal_medical", "price", "location_hours", "clinic_matters"}


def test_every_section_of_the_article_is_covered() -> None:
    content = yaml.safe_load((CLINIC / "facts.yml").read_text(encoding="utf-8"))
    assert {fact.section for fact in CONTENT.facts.values()} == set(content["sections"])


def test_answers_rest_on_facts() -> None:
    assert complaints(CONTENT.topics, CONTENT.facts) == []


@pytest.mark.parametrize(
    "name", sorted(t.id for t in CONTENT.topics.values() if FIGURE.search(t.answer))
)
def test_a_changed_figure_in_an_answer_is_caught(name: str) -> None:
    topic = CONTENT.topics[name]
    for match in FIGURE.finditer(topic.answer):
        wrong = topic.answer[: match.start()] + "77" + topic.answer[match.end() :]
        mutated = {**CONTENT.topics, name: dataclasses.replace(topic, answer=wrong)}
        assert complaints(mutated, CONTENT.facts), f"{name}: {match.group()} -> 77 went unnoticed"


FACTS_WITH_FIGURES = sorted(
    f.id for f in CONTENT.facts.values() if FIGURE.search(f.text) and not f.set_aside
)


@pytest.mark.parametrize("name", FACTS_WITH_FIGURES)
def test_a_changed_figure_in_a_fact_is_caught(name: str) -> None:
    fact = CONTENT.facts[name]
    assert fact.text != FIGURE.sub("77", fact.text)
    mutated = {**CONTENT.facts, name: dataclasses.replace(fact, text=FIGURE.sub("77", fact.text))}
    assert complaints(CONTENT.topics, mutated), f"{name}: the change went unnoticed"


def test_a_changed_whatsapp_number_is_caught(tmp_path) -> None:
    import shutil

    shutil.copytree(CLINIC, tmp_path / "clinic")
    file = tmp_path / "clinic" / "clinic.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("43 20", "43 21"), encoding="utf-8")
    with pytest.raises(ValueError, match="'21' stands in none of the facts"):
        load_content(tmp_path / "clinic", DATA, {})


@pytest.mark.parametrize("hype", ["amazing", "guaranteed", "glowing", "miracle", "permanent"])
def test_hype_in_an_answer_is_caught(hype: str) -> None:
    topic = CONTENT.topics["benefits"]
    mutated = {**CONTENT.topics, "benefits": dataclasses.replace(topic, answer=f"It is {hype}.")}
    assert any(hype[:4] in message for message in complaints(mutated, CONTENT.facts))


@pytest.mark.parametrize(
    ("name", "response"), dialogue_responses(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_no_reply_advertises_or_is_cut_in_two(name: str, response: dict) -> None:
    text = response["text"]
    assert forbidden_words(text, RULES.hype) == [], name
    assert len(text.split()) <= RULES.most_words, name
    assert "\n\n" not in text.strip(), name
    lists = load_questionnaire(CLINIC / "consultation.yml")
    answers = dict.fromkeys((REFERENCE, KNOWN_NUMBER, *(field.value for field in Field)), "")
    known = {*CONTENT.clinic.placeholders(), *form_values(answers, CONTENT.clinic, lists)}
    assert set(re.findall(r"\{(\w+)\}", text)) <= known | TOLD_PLACEHOLDERS, name


def test_every_placeholder_of_the_form_is_filled() -> None:
    lists = load_questionnaire(CLINIC / "consultation.yml")
    answers = dict.fromkeys((REFERENCE, KNOWN_NUMBER, *(field.value for field in Field)), "")
    assert set(form_values(answers, CONTENT.clinic, lists)) >= FORM_PLACEHOLDERS


def test_labels_and_suggested_questions_are_short_and_distinct() -> None:
    asks = [topic.ask for topic in CONTENT.topics.values()]
    labels = [topic.label for topic in CONTENT.topics.values()]
    assert len(set(asks)) == len(asks)
    assert len(set(labels)) == len(labels)
    assert all(len(ask) <= LONGEST_QUESTION for ask in asks)


def test_no_example_stands_in_two_files() -> None:
    seen: dict[str, str] = {}
    for path in sorted(DATA.rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            for line in block["examples"].splitlines():
                text = line.removeprefix("- ").strip().lower()
                where = f"{path.name} {block['intent']}"
                assert seen.setdefault(text, where) == where, f"{text!r}: {seen[text]} and {where}"
