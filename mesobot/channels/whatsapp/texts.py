"""What the channel itself says (``data/whatsapp/channel.yml``)."""

from __future__ import annotations

from pathlib import Path

from mesobot.dialogue.replies import fill
from mesobot.knowledge.clinic import Clinic
from mesobot.knowledge.source import ContentError, Problem, read_yaml

_PREFIX = "utter_whatsapp_"
NEEDED = (
    *("voice", "image", "video", "sticker", "document", "location", "contacts", "unsupported"),
    *("too_fast", "late", "stopped", "started", "choose"),
)


def load_texts(path: Path, clinic: Clinic) -> dict[str, str]:
    """Each text by its short name, with the clinic's contacts filled in.

    Raises:
        ContentError: if one is missing.
    """
    responses = read_yaml(path).get("responses", {})
    known = clinic.placeholders()
    texts = {
        name.removeprefix(_PREFIX): " ".join(fill(variations[0]["text"], known).split())
        for name, variations in responses.items()
    }
    missing = [f"{_PREFIX}{name}" for name in NEEDED if not texts.get(name)]
    if missing:
        raise ContentError([Problem(path, 1, f"{name} is missing") for name in missing])
    return texts
