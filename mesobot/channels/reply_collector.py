"""Collects the replies of one turn as plain dictionaries, one per message."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel


class ReplyCollector(OutputChannel):
    """Keeps whole messages: text, buttons and topic stay together, nothing is cut."""

    def __init__(self) -> None:
        """Start with no messages."""
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Name of the channel in the tracker."""
        return "collector"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a reply as the dialogue produced it."""
        collected: dict[str, Any] = {"recipient_id": recipient_id, "text": message.get("text", "")}
        if message.get("buttons"):
            collected["buttons"] = message["buttons"]
        metadata = message.get("metadata") or {}
        if metadata.get("topics"):
            collected["topics"] = metadata["topics"]
        if metadata.get("lang"):
            collected["lang"] = metadata["lang"]
        self.messages.append(collected)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a message that an action sends as bare text."""
        self.messages.append({"recipient_id": recipient_id, "text": text})
