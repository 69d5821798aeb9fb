"""The topic model on a toy encoder: what it must do whatever the weights are."""

import json
import zlib

import numpy as np
import pytest

from mesobot.nlu.topic_model import ARRAYS_FILE, SETTINGS_FILE, TopicModel, normalise

TEXTS = ["does it hurt", "is it painful", "how long does it take", "minutes per visit"]
TOPICS = ["pain", "pain", "duration", "duration"]


class WordHashEncoder:
    """Sum of one fixed random vector per word, scaled to unit length."""

    def encode(self, text: str) -> np.ndarray:
        total = np.ones(16, dtype=np.float32) * 1e-3
        for word in text.split():
            seed = zlib.crc32(word.encode())
            total += np.random.default_rng(seed).standard_normal(16).astype(np.float32)
        return (total / np.linalg.norm(total))[np.newaxis]


@pytest.fixture
def model() -> TopicModel:
    return TopicModel.fit(TEXTS * 2, TOPICS * 2, WordHashEncoder())


def test_an_example_is_recognised(model) -> None:
    assert model.rank("Does it HURT")[0].topic == "pain"
    assert model.rank("how long does it take")[0].topic == "duration"


def test_scores_lie_between_0_and_1_best_first(model) -> None:
    scores = [ranked.score for ranked in model.rank("is it long")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_several_texts_are_ranked_as_each_alone(model) -> None:
    texts = ["is it long", "", "Does it HURT", "is it long"]
    assert model.rank_all(texts) == [model.rank(text) for text in texts]
    assert model.rank_all([]) == []


def test_an_empty_text_resembles_nothing(model) -> None:
    assert {ranked.score for ranked in model.rank("  ")} == {0.0}


def test_same_data_give_the_same_predictions_in_any_order() -> None:
    a = TopicModel.fit(TEXTS * 2, TOPICS * 2, WordHashEncoder())
    b = TopicModel.fit((TEXTS * 2)[::-1], (TOPICS * 2)[::-1], WordHashEncoder())
    assert a.rank("painful minutes") == b.rank("painful minutes")


def test_it_survives_saving_and_holds_no_pickle(model, tmp_path) -> None:
    model.save(tmp_path)
    again = TopicModel.load(tmp_path, WordHashEncoder())
    for before, after in zip(model.rank("how painful"), again.rank("how painful"), strict=True):
        assert before.topic == after.topic
        assert before.score == pytest.approx(after.score, abs=1e-6)
    json.loads((tmp_path / SETTINGS_FILE).read_text(encoding="utf-8"))
    with np.load(tmp_path / ARRAYS_FILE, allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


def test_three_topics_work_as_well_as_two() -> None:
    model = TopicModel.fit(
        [*TEXTS, "what does it cost"] * 2, [*TOPICS, "price"] * 2, WordHashEncoder()
    )
    assert model.rank("what does it cost")[0].topic == "price"


def test_one_topic_cannot_be_told_apart() -> None:
    with pytest.raises(ValueError, match="two different topics"):
        TopicModel.fit(["a", "b"], ["x", "x"], WordHashEncoder())


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="2 texts but 1 topics"):
        TopicModel.fit(["a", "b"], ["x"], WordHashEncoder())


def test_normalising_handles_turkish_capitals_and_diacritics() -> None:
    assert normalise("İSTANBUL'da  Ağrı") == "istanbul'da agrı"
