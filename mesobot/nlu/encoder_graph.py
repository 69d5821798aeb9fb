"""Builds the sentence encoder: one int8 ONNX graph from the MiniLM weights.

The weights are all-MiniLM-L6-v2 (Apache-2.0; Reimers & Gurevych 2019, Wang et al. 2020),
a six-layer BERT followed by mean pooling and L2 normalisation. The graph is written
directly with ONNX Runtime's fused BERT operators, so building it needs neither
TensorFlow nor PyTorch and takes seconds; dynamic quantisation to int8 makes it four
times smaller and faster. It reads one unpadded sentence at a time, hence no mask.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mesobot.nlu.onnx_graphs import FUSED, as_model

Array = npt.NDArray[Any]

INPUT_NAME = "input_ids"
OUTPUT_NAME = "layers"
LAYERS = 3
"""How many of the last layers come out: those before the last tell neighbouring topics apart."""


class _Graph:
    """Collects nodes and weights while the layers are laid one after another."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self._weights = weights
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def weight(self, name: str, values: Array | None = None) -> str:
        """Add one array (by default the model's own of that name); returns its name."""
        from onnx import numpy_helper

        array = self._weights[name] if values is None else values
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add one operator; returns the name of its (first) output."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def linear(self, source: str, name: str) -> str:
        """``source @ W.T`` for the dense layer called ``name`` (bias is fused elsewhere)."""
        transposed = self._weights[f"{name}.weight"].T
        return self.node(
            "MatMul", [source, self.weight(f"{name}.weight", transposed)], f"{name}.out"
        )

    def add_and_norm(self, source: str, skip: str, dense: str, norm: str, epsilon: float) -> str:
        """Bias, residual connection and layer normalisation in one fused operator."""
        inputs = [
            source,
            skip,
            self.weight(f"{norm}.weight"),
            self.weight(f"{norm}.bias"),
            self.weight(f"{dense}.bias"),
        ]
        return self.node(
            "SkipLayerNormalization", inputs, f"{norm}.out", domain=FUSED, epsilon=epsilon
        )


def build_encoder(model_folder: Path, target: Path) -> None:
    """Write the quantised encoder of ``model_folder`` to ``target``.

    Args:
        model_folder: holds ``config.json`` and ``model.safetensors`` of a BERT model.
        target: path of the ``.onnx`` file; input ``input_ids`` int64 ``[1, tokens]``,
            output ``layers`` float32 ``[3, hidden]``: the token means of the last three
            layers, the last one (the sentence's embedding) first, each of unit length.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    config = json.loads((model_folder / "config.json").read_text(encoding="utf-8"))
    model = _bert(load_file(str(model_folder / "model.safetensors")), config)
    root, level = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.ERROR)  # the quantiser advises on the root logger
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "encoder.onnx"
        onnx.save(model, str(exact))
        quantize_dynamic(
            str(exact),
            str(target),
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Seven bits: processors without VNNI saturate on eight, and would answer differently.
            reduce_range=True,
        )
    root.setLevel(level)


def _bert(weights: dict[str, Array], config: dict[str, Any]) -> Any:
    from onnx import TensorProto, helper  # type: ignore[attr-defined]

    graph = _Graph(weights)
    hidden = int(config["hidden_size"])
    state = _embeddings(graph, float(config["layer_norm_eps"]))
    pooled = []
    for layer in _layers(config):
        state = _transformer_layer(graph, state, layer, config)
        mean = graph.node("ReduceMean", [state], f"{layer}.mean", axes=[1], keepdims=0)
        pooled.append(graph.node("LpNormalization", [mean], f"{layer}.unit", axis=1, p=2))
    graph.node("Concat", pooled[: -LAYERS - 1 : -1], OUTPUT_NAME, axis=0)
    return as_model(
        helper.make_graph(
            graph.nodes,
            "sentence_encoder",
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, [LAYERS, hidden])],
            graph.initializers,
        )
    )


def _layers(config: dict[str, Any]) -> Iterator[str]:
    return (f"encoder.layer.{index}" for index in range(int(config["num_hidden_layers"])))


def _embeddings(graph: _Graph, epsilon: float) -> str:
    """Word + position + (single) segment embedding, then layer normalisation."""
    words = graph.node(
        "Gather", [graph.weight("embeddings.word_embeddings.weight"), INPUT_NAME], "words"
    )
    length = graph.node("Shape", [INPUT_NAME], "length", start=1, end=2)
    table = graph.weight("embeddings.position_embeddings.weight")
    start = graph.weight("first_position", np.array([0], np.int64))
    positions = graph.node("Slice", [table, start, length], "positions")
    segment = graph.weight("segment", graph._weights["embeddings.token_type_embeddings.weight"][0])
    graph.node("Add", [words, positions], "placed")
    graph.node("Add", ["placed", segment], "embedded")
    norm = "embeddings.LayerNorm"
    return graph.node(
        "LayerNormalization",
        ["embedded", graph.weight(f"{norm}.weight"), graph.weight(f"{norm}.bias")],
        "embeddings.out",
        axis=-1,
        epsilon=epsilon,
    )


def _transformer_layer(graph: _Graph, state: str, layer: str, config: dict[str, Any]) -> str:
    epsilon = float(config["layer_norm_eps"])
    attention = f"{layer}.attention"
    parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
    weights = np.concatenate([graph._weights[f"{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([graph._weights[f"{part}.bias"] for part in parts])
    mixed = graph.node(
        "Attention",
        [
            state,
            graph.weight(f"{attention}.weight", weights),
            graph.weight(f"{attention}.bias", bias),
        ],
        f"{attention}.mixed",
        domain=FUSED,
        num_heads=int(config["num_attention_heads"]),
    )
    dense = f"{attention}.output.dense"
    attended = graph.add_and_norm(
        graph.linear(mixed, dense), state, dense, f"{attention}.output.LayerNorm", epsilon
    )
    inner = f"{layer}.intermediate.dense"
    widened = graph.node(
        "BiasGelu",
        [graph.linear(attended, inner), graph.weight(f"{inner}.bias")],
        f"{inner}.gelu",
        domain=FUSED,
    )
    outer = f"{layer}.output.dense"
    return graph.add_and_norm(
        graph.linear(widened, outer), attended, outer, f"{layer}.output.LayerNorm", epsilon
    )
