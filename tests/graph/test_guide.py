"""docs/whatsapp.md names every setting that the channel reads, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mesobot import paths
from mesobot.channels.whatsapp.configuration import read_settings
from mesobot.consultation.mail_settings import read_whatsapp_settings
from tests.graph.settings import TEST

GUIDE = (paths.ROOT / "docs" / "whatsapp.md").read_text(encoding="utf-8")
STAFF = {"MESOBOT_STAFF_WHATSAPP": "+905321234567", "MESOBOT_WHATSAPP_TEMPLATE": "new_request"}


class Noting(Mapping[str, str]):
    """An environment that notes what is looked for in it."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self._there = {**TEST, **STAFF}

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._there[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._there)

    def __len__(self) -> int:
        return len(self._there)


def documented() -> set[str]:
    """All names in the table of settings; ``_TOKEN`` stands for ``MESOBOT_WHATSAPP_TOKEN``."""
    table = GUIDE.partition("## All settings")[2].partition("\n## ")[0]
    names = {
        name
        for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
        for name in re.findall(r"`(.+?)`", row)
    }
    return {f"MESOBOT_WHATSAPP{name}" if name.startswith("_") else name for name in names}


def test_all_settings_are_documented() -> None:
    environment = Noting()
    assert read_settings(environment)
    assert read_whatsapp_settings(environment)
    assert environment.asked == documented()


def test_no_comment_stands_behind_a_value() -> None:
    """systemd takes such a comment for a part of the value; who copies the lines gets it too."""
    settings = re.findall(r"^MESOBOT_\w+=.*$", GUIDE, re.MULTILINE)
    assert len(settings) > 6
    assert not [line for line in settings if "#" in line]
