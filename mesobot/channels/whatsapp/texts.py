"""What the channel itself says (``data/whatsapp/channel.yml``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mesobot.dialogue.replies import fill
from mesobot.knowledge.clinic import Clinic
from mesobot.knowledge.source import ContentError, Problem, read_yaml

_PREFIX = "utter_whatsapp_"
NEEDED = (
    *("voice", "image", "video", "sticker", "document", "location", "contacts", "unsupported"),
    *("too_fast", "late", "stopped", "started", "choose"),
)


class ChannelTexts:
    """Each text by its short name, with the clinic's contacts filled in.

    Args:
        texts: as they stand in the file.
        clinic: whose contacts they name.
    """

    def __init__(self, texts: Mapping[str, str], clinic: Clinic) -> None:
        self._clinic = clinic
        self._filled = {
            same_chat: {
                name: " ".join(fill(text, clinic.placeholders(same_chat=same_chat)).split())
                for name, text in texts.items()
            }
            for same_chat in (False, True)
        }

    def on(self, line: str | None) -> Mapping[str, str]:
        """The texts for whoever writes to that number; None if it is not known."""
        return self._filled[self._clinic.is_reached_on(line)]


def load_texts(path: Path, clinic: Clinic) -> ChannelTexts:
    """Read the texts.

    Raises:
        ContentError: if one is missing.
    """
    responses = read_yaml(path).get("responses", {})
    texts = {
        name.removeprefix(_PREFIX): str(variations[0]["text"])
        for name, variations in responses.items()
    }
    missing = [f"{_PREFIX}{name}" for name in NEEDED if not texts.get(name, "").strip()]
    if missing:
        raise ContentError([Problem(path, 1, f"{name} is missing") for name in missing])
    return ChannelTexts(texts, clinic)
