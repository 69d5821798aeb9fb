"""Rasa's natural-language generator for this assistant (see ``endpoints.yml``).

It runs inside the Rasa server, so answers, notices and the way to a person arrive with the
action server down. Which answer is due is decided by rules and stories; here it is only
worded: the first reply says it is automated, a treatment answer carries the "results
differ" sentence once, unsure replies offer choices, and the second miss leads to a person.
"""

from __future__ import annotations

import os
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from mesobot.dialogue.conversation import Conversation, topic_of
from mesobot.dialogue.replies import Answer, Notices, choices, render
from mesobot.knowledge.clinic import load_clinic
from mesobot.paths import CLINIC

_MISSES_BEFORE_A_PERSON = 2


class ReplyGenerator(TemplatedNaturalLanguageGenerator):
    """Words the replies from the responses of the domain."""

    def __init__(self, endpoint_config: EndpointConfig | None, domain: Domain) -> None:
        """Read the clinic's contacts and the trained domain's responses.

        Raises:
            ContentError: if ``clinic.yml`` is incomplete or its e-mail a placeholder.
        """
        self._clinic = load_clinic(CLINIC / "clinic.yml", os.environ)
        super().__init__(domain.responses)

    @property  # type: ignore[override]
    def responses(self) -> dict[str, list[dict[str, Any]]]:
        """The responses of the domain; Rasa assigns them when it loads a model."""
        return self._responses

    @responses.setter
    def responses(self, responses: dict[str, list[dict[str, Any]]]) -> None:
        self._responses = responses
        self._answers = {
            name: _answer(name, variations[0]) for name, variations in responses.items()
        }
        asked = {a.topic: a.metadata.get("ask") for a in self._answers.values() if a.topic}
        self._questions = {topic: str(ask) for topic, ask in asked.items() if ask}

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Text, buttons and metadata of a reply; None if there is no such response."""
        if utter_action not in self._answers:
            return None
        conversation = Conversation(tracker)
        answer = self._choose(self._answers[utter_action], conversation)
        notices = Notices(
            automated=not conversation.has_begun,
            results_differ=not conversation.has_said(self._clinic.results_differ_notice),
        )
        metadata = dict(answer.metadata)
        if answer.topic:
            metadata["topic"] = answer.topic
        reply: dict[str, Any] = {
            "text": render(answer, self._clinic, notices),
            "metadata": metadata,
        }
        buttons = self._buttons(answer, conversation)
        if buttons:
            reply["buttons"] = buttons
        return reply

    def _choose(self, answer: Answer, conversation: Conversation) -> Answer:
        """The answer itself, or the one that this point of the conversation calls for."""
        metadata = answer.metadata
        if metadata.get("answers_next"):
            return self._next_answer(conversation) or answer
        escalate = metadata.get("after_two_misses")
        if escalate and conversation.misses_in_a_row() + 1 >= _MISSES_BEFORE_A_PERSON:
            return self._answers[escalate]
        suggest = metadata.get("with_suggestions")
        if suggest and choices(conversation.suggestions(), self._questions):
            return self._answers[suggest]
        return answer

    def _next_answer(self, conversation: Conversation) -> Answer | None:
        """The first question that the latest answer leads to and nobody has asked yet."""
        answered = conversation.answered()
        for topic in reversed(answered):
            for following in self._answers[f"utter_faq/{topic}"].metadata.get("next", []):
                if following not in answered:
                    return self._answers[f"utter_faq/{following}"]
        return None

    def _buttons(self, answer: Answer, conversation: Conversation) -> list[dict[str, str]]:
        if answer.metadata.get("offers_suggestions"):
            return choices(conversation.suggestions(), self._questions)
        already = [*conversation.answered(), answer.topic or ""]
        return choices(answer.metadata.get("next", []), self._questions, already)


def _answer(name: str, variation: dict[str, Any]) -> Answer:
    metadata = dict(variation.get("metadata") or {})
    reported = metadata.pop("topic", None)
    if reported is None and "/" in name:
        reported = topic_of(name)
    return Answer(name, reported, str(variation.get("text", "")), metadata)
