"""Erases everything about this conversation, once the patient has confirmed it."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from mesobot import paths
from mesobot.chats.forgetting import open_conversations
from mesobot.consultation.desk import open_privacy
from mesobot.consultation.forget_me import forget_conversation

_log = structlog.get_logger()


class ActionForgetMe(Action):
    """Erases requests, kept mails and the chat, and says what it cannot take back."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_forget_me"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """``chat_forgotten`` tells the rules whether it worked."""
        try:
            # In a thread: while one patient's database hangs, the actions of others go on.
            references = await asyncio.to_thread(_forget, tracker.sender_id)
        except Exception as error:  # whatever happened, the rules then say so and give contacts
            _log.error("forget_me.failed", error=type(error).__name__)
            return [SlotSet("chat_forgotten", False)]
        if references:
            dispatcher.utter_message(
                response="utter_forgotten_with_requests", known_reference=", ".join(references)
            )
        else:
            dispatcher.utter_message(response="utter_forgotten")
        return [SlotSet("chat_forgotten", True)]


def _forget(sender: str) -> list[str]:
    privacy, chats = open_privacy(os.environ), open_conversations(os.environ)
    return list(forget_conversation(sender, privacy, chats, paths.STATE / "mail"))
