"""Turns a sentence into vectors of unit length (the runtime half of the encoder)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mesobot.nlu.encoder_graph import INPUT_NAME
from mesobot.nlu.onnx_graphs import open_session

FloatArray = npt.NDArray[np.float32]

MAX_TOKENS = 128
"""Longer texts are cut: the weights were trained on at most this many word pieces."""


class Encoder(Protocol):
    """What the topic model needs of a sentence encoder."""

    def encode(self, text: str) -> FloatArray:
        """One text as vectors of unit length, ``[layers, dimensions]``; row 0 is its embedding."""
        ...


class SentenceEncoder:
    """all-MiniLM-L6-v2 in ONNX Runtime, one sentence at a time.

    Sentences are never batched: int8 activations are scaled per call, so a batch would
    make a sentence's vector depend on its neighbours, and training differ from serving.
    """

    def __init__(self, folder: Path) -> None:
        """Load ``encoder.onnx`` and ``tokenizer.json`` of ``folder``.

        Raises:
            FileNotFoundError: if the encoder has not been built.
        """
        from tokenizers import Tokenizer

        graph = folder / "encoder.onnx"
        if not graph.is_file():
            raise FileNotFoundError(f"No sentence encoder in {folder}; `make train` builds it.")
        self._session = open_session(str(graph))
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(self, text: str) -> FloatArray:
        """One text as vectors of unit length, ``[3, 384]``; row 0 is its embedding."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        (layers,) = self._session.run(None, {INPUT_NAME: ids})
        vectors: FloatArray = layers
        return vectors


def encode_all(encoder: Encoder, texts: Sequence[str]) -> FloatArray:
    """The texts' vectors, shape ``[texts, layers, dimensions]``; one sentence per core."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.stack(list(pool.map(encoder.encode, texts)))
