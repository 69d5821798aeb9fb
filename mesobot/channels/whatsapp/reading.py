"""What the messages of a turn say to the assistant: typed, tapped, or chosen by number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mesobot.channels.whatsapp.choices import ChoiceSigner
from mesobot.channels.whatsapp.events import CHOICE
from mesobot.channels.whatsapp.wishes import FORGET_ME, Wish, wish_of
from mesobot.chats.whatsapp.people import Person
from mesobot.chats.whatsapp.turns import Received

_TOGETHER = 900
"""Characters of messages that are read as one; the assistant reads a thousand."""
_MOST_TOGETHER = 10
_NUMBER = re.compile(r"\W*(\d{1,2})\W*")


class Reader:
    """Reads messages.

    Args:
        signer: reads taps.
    """

    def __init__(self, signer: ChoiceSigner) -> None:
        self._signer = signer

    def read(self, messages: Sequence[Received], person: Person, one_by_one: bool) -> list[str]:
        """Texts together, taps alone; or, as answers to a form, each alone."""
        joined: list[str] = []
        open_text = False
        for message in messages:
            text = self.meant(message, person)
            alone = one_by_one or message.content["kind"] == CHOICE
            if text and open_text and not alone:
                joined[-1] += f"\n{text}"
            elif text:
                joined.append(text)
            open_text = not alone if text else open_text
        return joined

    def meant(self, message: Received, person: Person) -> str:
        """What a message stands for: the choice that was tapped or named by its number, or itself."""
        text = typed(message)
        if message.content["kind"] == CHOICE:
            choice = self._signer.value_of(str(message.content["choice"]), person.id)
            return text if choice is None else choice
        number = _NUMBER.fullmatch(text)
        if number and 0 < int(number[1]) <= len(person.offered):
            return person.offered[int(number[1]) - 1]
        return FORGET_ME if wish_of(text) is Wish.ERASE else text


def together(contents: Sequence[Mapping[str, Any]]) -> int:
    """How many of the waiting messages are read as one, beginning with the first."""
    length = 0
    for index, content in enumerate(contents[:_MOST_TOGETHER]):
        length += len(str(content.get("text", ""))) + 1
        if index and length > _TOGETHER:
            return index
    return min(len(contents), _MOST_TOGETHER)


def typed(message: Received) -> str:
    """The text of a message, "" if it has none."""
    return str(message.content.get("text", ""))
