"""From Markdown to the few marks that WhatsApp knows: ``*bold*``, ``_italic_``, ``~struck~``."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"(?P<code>```.*?```|`[^`\n]+`)"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<target>[^)\s]+)\)"
    r"|(?P<url>https?://\S+)"
    r"|(?P<bold>\*\*|__)(?=\S)(?P<strong>.+?)(?<=\S)(?P=bold)"
    r"|(?<![\w*])\*(?=[^\s*])(?P<slanted>[^*\n]+?)(?<=[^\s*])\*(?![\w*])"
    r"|~~(?=\S)(?P<struck>.+?)(?<=\S)~~",
    re.DOTALL,
)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_BULLET = re.compile(r"^(\s*)[*+]\s+", re.MULTILINE)


def whatsapp_marks(text: str) -> str:
    """The text as WhatsApp shows it; addresses and code stay as they are."""
    lines = _HEADING.sub(r"**\1**", _BULLET.sub(r"\1- ", text))
    return _TOKEN.sub(_marked, lines)


def _marked(match: re.Match[str]) -> str:
    if match["code"] or match["url"]:
        return match[0]
    if match["label"]:
        label, target = match["label"], match["target"]
        return target if label == target else f"{label} ({target})"
    if match["strong"]:
        return f"*{_inside(match['strong'])}*"
    if match["slanted"]:
        return f"_{match['slanted']}_"
    return f"~{_inside(match['struck'])}~"


def _inside(text: str) -> str:
    """Marks within marks, other than bold within bold."""
    return _TOKEN.sub(lambda match: match["strong"] or _marked(match), text)
