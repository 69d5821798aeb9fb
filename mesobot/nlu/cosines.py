"""How alike a text is to each example, from examples kept in eight bits.

In 32 bits they are more than a processor's cache holds, and each text would wait for memory. What is
learned is learned from the examples as they are kept, so that nothing but the text itself is rounded
when it is compared (docs/evaluation.md).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mesobot.nlu.onnx_graphs import FUSED, as_model, open_session

FloatArray = npt.NDArray[np.float32]

_LEVELS = 63
"""Of each sign. Seven bits: processors without VNNI saturate on eight, and would answer differently."""


class Cosines:
    """Inner products of a vector with ``n`` kept ones; a graph of ONNX Runtime."""

    def __init__(self, graph: bytes) -> None:
        """Use :meth:`of`, or give back what :attr:`graph` was."""
        self.graph = graph
        self._session = open_session(graph)

    @classmethod
    def of(cls, vectors: FloatArray) -> tuple[Cosines, FloatArray]:
        """Keep vectors [n, c]; the comparison with them, and the vectors as they were kept."""
        levels, scales = in_eight_bits(vectors)
        return cls(_graph(levels, scales)), levels * scales[:, np.newaxis]

    def __call__(self, vector: FloatArray) -> FloatArray:
        """The inner products [n] of a vector [c] with the kept ones."""
        (products,) = self._session.run(None, {"vector": vector[np.newaxis]})
        found: FloatArray = products[0]
        return found


def in_eight_bits(vectors: FloatArray) -> tuple[npt.NDArray[np.int8], FloatArray]:
    """Vectors [n, c] as whole numbers, and what each vector's numbers are multiplied by, [n]."""
    scales = np.maximum(np.abs(vectors).max(axis=1), np.float32(1e-9)) / np.float32(_LEVELS)
    return np.round(vectors / scales[:, np.newaxis]).astype(np.int8), scales


def _graph(levels: npt.NDArray[np.int8], scales: FloatArray) -> bytes:
    from onnx import TensorProto, helper, numpy_helper  # type: ignore[attr-defined]

    count, width = levels.shape
    kept: dict[str, npt.NDArray[Any]] = {
        "levels": np.ascontiguousarray(levels.T),
        "scales": scales,
    }
    multiply = helper.make_node(
        "DynamicQuantizeMatMul", ["vector", *kept], ["products"], domain=FUSED
    )
    graph = helper.make_graph(
        [multiply],
        "cosines",
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, width])],
        [helper.make_tensor_value_info("products", TensorProto.FLOAT, [1, count])],
        [numpy_helper.from_array(array, name) for name, array in kept.items()],
    )
    written: bytes = as_model(graph).SerializeToString()
    return written
