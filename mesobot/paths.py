"""Where things lie in the project folder."""

from __future__ import annotations

import os
from pathlib import Path

# A published release (docs/deployment.md), or this project's folder itself.
ROOT = Path(os.environ.get("MESOBOT_RELEASE") or Path(__file__).resolve().parent.parent)
CLINIC = ROOT / "clinic"
DATA = ROOT / "data"

# Made by `make train`, safe to delete.
SPACY_FOLDER = ROOT / "build" / "nlu" / "spacy"
ENCODER_FOLDER = ROOT / "build" / "nlu" / "encoder"
MODELS = ROOT / "models"
MODEL = MODELS / "mesobot.tar.gz"

# What a running assistant keeps: conversations, requests, caught mails. Only the relay (when it
# is old) and erasing delete anything in it.
STATE = Path(os.environ.get("MESOBOT_STATE") or ROOT / "var")
