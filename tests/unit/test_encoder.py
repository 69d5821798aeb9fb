"""The built encoder against vectors of the original model.

``reference_embeddings.json``: float32 vectors of all-MiniLM-L6-v2 as computed by
transformers 4.39 (TensorFlow), mean pooling and L2 normalisation, rounded to 4 digits.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from mesobot.nlu.encoder import SentenceEncoder, encode_all
from mesobot.nlu.encoder_files import build_encoder_files, find_weights
from mesobot.paths import ENCODER_FOLDER

REFERENCE = json.loads((Path(__file__).parent / "reference_embeddings.json").read_text())


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    build_encoder_files(ENCODER_FOLDER, say=lambda _: None)
    return SentenceEncoder(ENCODER_FOLDER)


@pytest.mark.parametrize("entry", REFERENCE, ids=lambda entry: entry["text"][:20])
def test_vectors_are_the_original_models(encoder, entry) -> None:
    reference = np.array(entry["embedding"])
    assert float(encoder.encode(entry["text"])[0] @ reference) > 0.98


def test_vectors_have_unit_length(encoder) -> None:
    lengths = np.linalg.norm(encoder.encode("any text"), axis=1)
    assert lengths == pytest.approx([1.0, 1.0, 1.0], abs=1e-4)


def test_a_sentence_does_not_depend_on_its_neighbours(encoder) -> None:
    alone = encoder.encode("does it hurt")
    among = encode_all(encoder, ["how long", "does it hurt", "x" * 500])[1]
    assert np.array_equal(alone, among)


def test_a_very_long_text_is_cut_not_refused(encoder) -> None:
    assert encoder.encode("word " * 5000).shape == (3, 384)


def test_without_a_build_the_error_says_what_to_do(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="make train"):
        SentenceEncoder(tmp_path)


def test_the_weights_can_lie_elsewhere(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MESOBOT_ENCODER_WEIGHTS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"No model\.safetensors"):
        find_weights()


def test_other_weights_than_the_known_ones_are_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("mesobot.nlu.encoder_files.WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ValueError, match="not the expected ones"):
        build_encoder_files(tmp_path, say=lambda _: None)
