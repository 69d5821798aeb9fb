import pytest

from mesobot.nlu.language import build_language, canonical_duration, load_vocabulary
from mesobot.paths import CLINIC


@pytest.fixture(scope="module")
def nlp():
    return build_language(load_vocabulary(CLINIC / "vocabulary.yml"))


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("is a chemical peel better", "treatment", "chemical_peel"),
        ("Mesoterapi acıtır mı", "treatment", "mesotherapy"),
        ("what about my FINE LINES", "skin_concern", "aging"),
        ("pitted skin from acne", "skin_concern", "acne_scars"),
        ("on my thighs", "body_area", "body"),
        ("no sauna for 24 hours?", "duration", "hour"),
        ("2 weeks apart", "duration", "week"),
        ("a few days of redness", "duration", "day"),
    ],
)
def test_words_of_the_clinic_get_their_canonical_value(nlp, text, entity, value) -> None:
    found = [(span.label_, span.ent_id_) for span in nlp(text).ents]
    assert (entity, value) in found


def test_longest_match_wins(nlp) -> None:
    assert [span.text for span in nlp("acne scars").ents] == ["acne scars"]


def test_sentences_are_split(nlp) -> None:
    assert len(list(nlp("Does it hurt? How long does it take?").sents)) == 2


@pytest.mark.parametrize(
    ("text", "unit", "iso"),
    [
        ("24 hours", "hour", "PT24H"),
        ("two weeks", "week", "P2W"),
        ("a few days", "day", "PXD"),
        ("several months", "month", "PXM"),
        ("1,5 hours", "hour", "PT1.5H"),
        ("30min", "minute", "PT30M"),
        ("a year", "year", "P1Y"),
    ],
)
def test_durations_become_iso_8601(text: str, unit: str, iso: str) -> None:
    assert canonical_duration(text, unit) == iso


def test_a_malformed_vocabulary_is_refused(tmp_path) -> None:
    broken = tmp_path / "vocabulary.yml"
    broken.write_text("treatment: [laser]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'treatment' must map each value"):
        load_vocabulary(broken)
