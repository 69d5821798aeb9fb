"""What the graphs of ONNX Runtime have in common: versions, and how they are run."""

from __future__ import annotations

from typing import Any

FUSED = "com.microsoft"
"""Domain of ONNX Runtime's own operators."""
_OPSET, _FUSED_OPSET, _FORMAT = 17, 1, 8


def as_model(graph: Any) -> Any:
    """A graph with the versions of its operators; both are objects of ``onnx``."""
    from onnx import helper

    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(FUSED, _FUSED_OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=_FORMAT)


def open_session(graph: str | bytes) -> Any:
    """An ``onnxruntime.InferenceSession`` of a file or of its bytes, quiet and with one thread.

    One short text is too little to share: a second thread only waits.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
