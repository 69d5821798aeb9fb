"""From what the dialogue says in one turn to the messages that a patient gets.

Usually that is one: with reply buttons for up to three short choices, with a list for up to ten, and
otherwise with the choices numbered in the text. Only what is too long for any message is cut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mesobot.channels.whatsapp.choices import ChoiceSigner
from mesobot.channels.whatsapp.limits import LONGEST_BODY, LONGEST_TEXT, fit_buttons, fit_rows
from mesobot.channels.whatsapp.marks import whatsapp_marks
from mesobot.channels.whatsapp.splitting import length, split

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_SPACES_AT_END = re.compile(r"[ \t]+$", re.MULTILINE)


@dataclass(frozen=True)
class Rendered:
    """Messages without their address, and what can be chosen.

    Attributes:
        bodies: in order.
        offered: what each choice stands for, in order.
    """

    bodies: tuple[Mapping[str, Any], ...] = field(repr=False)
    offered: tuple[str, ...] = field(repr=False)


class Renderer:
    """Makes messages.

    Args:
        signer: signs choices.
        choose: label of the button that opens a list.
    """

    def __init__(self, signer: ChoiceSigner, choose: str) -> None:
        self._signer = signer
        self._choose = choose

    def render(
        self, sent: Sequence[Mapping[str, Any]], person: str, before: Sequence[str] = ()
    ) -> Rendered:
        """The messages that say it.

        Args:
            sent: messages of the dialogue with ``text`` and ``buttons``, in order.
            person: id of whom it is for.
            before: sentences of the channel's own that come first.
        """
        said = [*before, *(str(each["text"]) for each in sent if each.get("text"))]
        lines = "\n".join(text.strip() for text in said).strip()
        text = whatsapp_marks(_BLANK_LINES.sub("\n\n", _SPACES_AT_END.sub("", lines)))
        choices = _choices(sent[-1].get("buttons") or []) if sent else {}
        offered = tuple(choices.values())
        titles = list(choices)
        if length(text) <= LONGEST_BODY and fit_buttons(titles):
            return Rendered((self._buttons(text, choices, person),), offered)
        if length(text) <= LONGEST_BODY and fit_rows(titles):
            return Rendered((self._list(text, choices, person),), offered)
        # Where the text says the numbers itself, as the form's do, they are not said again.
        listed = [f"{number}. {title}" for number, title in enumerate(titles, start=1)]
        if not all(line in text for line in listed):
            text = "\n".join([text, *listed])
        return Rendered(tuple(map(_text, split(text, LONGEST_TEXT))), offered)

    def _buttons(self, text: str, choices: Mapping[str, str], person: str) -> dict[str, Any]:
        buttons = [
            {"type": "reply", "reply": {"id": self._signer.id_of(value, person), "title": title}}
            for title, value in choices.items()
        ]
        return _interactive("button", text, {"buttons": buttons})

    def _list(self, text: str, choices: Mapping[str, str], person: str) -> dict[str, Any]:
        rows = [
            {"id": self._signer.id_of(value, person), "title": title}
            for title, value in choices.items()
        ]
        return _interactive("list", text, {"button": self._choose, "sections": [{"rows": rows}]})


def _interactive(kind: str, text: str, action: Mapping[str, Any]) -> dict[str, Any]:
    content = {"type": kind, "body": {"text": text}, "action": action}
    return {"type": "interactive", "interactive": content}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _choices(buttons: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What each title stands for."""
    titled = [button for button in buttons if str(button.get("title") or "").strip()]
    return {
        str(button["title"]).strip(): str(button.get("payload") or button["title"]).strip()
        for button in titled
    }
