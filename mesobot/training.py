"""Trains the assistant, unless nothing that it depends on has changed."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mesobot import paths, settings
from mesobot.checking import check_content
from mesobot.launch import silence_deprecations
from mesobot.seal import BrokenSealError, check_seal, write_seal

_FINGERPRINT = paths.MODELS / "fingerprint"

Say = Callable[[str], None]


def fingerprint(root: Path) -> str:
    """SHA-256 over everything that a trained model depends on: content, code, versions."""
    digest = hashlib.sha256()
    for path in _ingredients(root):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _ingredients(root: Path) -> Iterable[Path]:
    for pattern in (
        "config.yml",
        "domain.yml",
        "clinic/vocabulary.yml",
        "data/**/*.yml",
        "mesobot/nlu/*.py",
        "requirements/runtime.txt",
        "requirements/encoder.txt",
    ):
        yield from sorted(root.glob(pattern))


def is_up_to_date() -> bool:
    """Whether the trained model is the one that today's files would give."""
    return (
        paths.MODEL.is_file()
        and (paths.ENCODER_FOLDER / "encoder.onnx").is_file()
        and paths.SPACY_FOLDER.is_dir()
        and _FINGERPRINT.is_file()
        and _FINGERPRINT.read_text(encoding="utf-8") == fingerprint(paths.ROOT)
        and _is_sealed()
    )


def _is_sealed() -> bool:
    try:
        check_seal(paths.ROOT)
    except BrokenSealError:
        return False
    return True


def train(say: Say, force: bool = False) -> bool:
    """Check the content, build the language parts and train the model.

    Args:
        say: told in one line what is being done.
        force: train even when nothing changed.

    Returns:
        Whether anything was trained.

    Raises:
        ContentError: if a content file cannot be used.
        RuntimeError: if Rasa could not train.
    """
    check_content(paths.CLINIC, paths.DATA, os.environ)
    if not force and is_up_to_date():
        return False
    trained_on = fingerprint(paths.ROOT)  # before: an edit while it trains is not lost
    build_language_parts(say)
    say("Training the assistant (about a minute) ...")
    _train_rasa()
    write_seal(paths.ROOT)  # a release is signed, see mesobot/release.py
    _FINGERPRINT.write_text(trained_on, encoding="utf-8")
    return True


def build_language_parts(say: Say) -> None:
    """The spaCy pipeline from the vocabulary, and the sentence encoder if it is not there."""
    from mesobot.nlu.encoder_files import build_encoder_files
    from mesobot.nlu.language import write_language

    write_language(paths.CLINIC / "vocabulary.yml", paths.SPACY_FOLDER)
    build_encoder_files(paths.ENCODER_FOLDER, say)


def _train_rasa() -> None:
    import rasa

    from mesobot.quicker_training import make_training_quicker

    settings.quiet_rasa()
    make_training_quicker()
    for known in (".*response selector", ".*duplicated intents"):  # reviewed in scripts/
        warnings.filterwarnings("ignore", message=known, category=UserWarning)
    silence_deprecations()
    os.chdir(paths.ROOT)  # config.yml names its folders from here
    with _without_progress_bars():
        result = rasa.train(
            domain="domain.yml",
            config="config.yml",
            training_files=["data"],
            output=str(paths.MODELS),
            fixed_model_name=paths.MODEL.name.removesuffix(".tar.gz"),
            force_training=True,
            # Stories glued together teach only learnt policies: ours leave these out, after the time
            # to make them.
            core_additional_arguments={"augmentation_factor": 0},
        )
    if result.code != 0 or result.model is None:
        raise RuntimeError("Rasa could not train; its message stands above.")


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Rasa's say nothing in a minute of which they take a second, and asks this variable about them."""
    before = os.environ.get("LOG_LEVEL")
    os.environ["LOG_LEVEL"] = "WARNING"
    try:
        yield
    finally:
        os.environ.pop("LOG_LEVEL")
        if before is not None:
            os.environ["LOG_LEVEL"] = before
