import pytest

from mesobot.knowledge.facts import load_facts
from mesobot.knowledge.source import ContentError

HEADER = "sections:\n  faq: FAQ\nfacts:\n"


def load(tmp_path, entries: str):
    path = tmp_path / "facts.yml"
    path.write_text(HEADER + entries, encoding="utf-8")
    return load_facts(path)


def test_a_fact_keeps_its_section_and_line(tmp_path) -> None:
    facts = load(tmp_path, '  - {id: a, section: faq, text: "It is so."}\n')
    assert facts["a"].section == "faq"
    assert facts["a"].line == 4
    assert facts["a"].set_aside is None


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ("  - {id: a, section: faq}\n", "4: this fact has no 'text'"),
        ("  - {id: a, section: nowhere, text: x}\n", "4: unknown section 'nowhere'"),
        ("  - {id: a, section: faq, text: x, txt: y}\n", "4: unknown key 'txt'"),
        (
            "  - {id: a, section: faq, text: x}\n  - {id: a, section: faq, text: y}\n",
            "5: the fact 'a' already stands in line 4",
        ),
        ("  - just words\n", "a fact needs 'id'"),
    ],
)
def test_what_is_wrong_with_a_fact_is_said_with_its_line(tmp_path, entries, complaint) -> None:
    with pytest.raises(ContentError, match=complaint):
        load(tmp_path, entries)
