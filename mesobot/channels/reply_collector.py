"""Collects the replies of one turn as one plain dictionary."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel


class ReplyCollector(OutputChannel):
    """Makes one message of a turn: an answer and the form's next question belong together."""

    def __init__(self) -> None:
        """Start with no messages; ``sent`` are the replies as the dialogue produced them."""
        self.messages: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Name of the channel in the tracker."""
        return "collector"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a reply as the dialogue produced it."""
        self.sent.append(message)
        metadata = message.get("metadata") or {}
        self._add(
            recipient_id,
            message.get("text", ""),
            buttons=message.get("buttons"),
            topics=metadata.get("topics"),
            lang=metadata.get("lang"),
        )

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a message that an action sends as bare text."""
        self.sent.append({})
        self._add(recipient_id, text)

    def _add(self, recipient_id: str, text: str, **parts: Any) -> None:
        """Only the last message's buttons stay: they answer what was asked last."""
        if not self.messages:
            self.messages.append({"recipient_id": recipient_id, "text": text})
        else:
            self.messages[0]["text"] += f"\n{text}"
            self.messages[0].pop("buttons", None)
        reply = self.messages[0]
        topics = [*reply.get("topics", []), *(parts.pop("topics", None) or [])]
        reply.update({name: part for name, part in parts.items() if part})
        if topics:
            reply["topics"] = list(dict.fromkeys(topics))
