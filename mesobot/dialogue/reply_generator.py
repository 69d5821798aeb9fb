"""Rasa's natural-language generator for this assistant (see ``endpoints.yml``).

It runs inside the Rasa server, so answers, notices and the way to a person arrive with the
action server down. Which answer is due is decided by rules and stories; here it is only
worded: several questions become one reply, the first reply says it is automated, a
treatment answer carries the "results differ" sentence once, unsure replies offer choices,
and the second miss leads to a person.
"""

from __future__ import annotations

import os
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from mesobot.consultation.clock import utc_now
from mesobot.consultation.form import KNOWN_NUMBER, Field
from mesobot.consultation.opening_hours import load_opening_hours
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.consultation.request import Way
from mesobot.dialogue.choosing import STILL, Chooser, is_alarm, is_foreign
from mesobot.dialogue.conversation import UTTER, Conversation, topic_of
from mesobot.dialogue.form_texts import REFERENCE, form_buttons, form_values
from mesobot.dialogue.keys import ALL_CLEAR, CALLS_STAFF, IN_PART, OFFERS
from mesobot.dialogue.replies import (
    MOST_CHOICES,
    Answer,
    Notices,
    Part,
    choices,
    next_topics,
    render,
)
from mesobot.knowledge.clinic import load_clinic
from mesobot.paths import CLINIC
from mesobot.safety.red_flags import Danger

_WARNING = "utter_possible_emergency"
_TAKEN_BACK = "utter_taken_back"
_REMINDER = "utter_reminder_"
_OFFER = "utter_offer_consultation"
FIELDS = (*(field.value for field in Field), KNOWN_NUMBER)


class ReplyGenerator(TemplatedNaturalLanguageGenerator):
    """Words the replies from the responses of the domain."""

    def __init__(self, endpoint_config: EndpointConfig | None, domain: Domain) -> None:
        """Read the clinic's contacts and the trained domain's responses.

        Raises:
            ContentError: if ``clinic.yml`` is incomplete or its e-mail a placeholder.
            OpeningHoursError: if its opening hours cannot be used.
        """
        self._clinic = load_clinic(CLINIC / "clinic.yml", os.environ)
        self._questionnaire = load_questionnaire(CLINIC / "consultation.yml")
        self._hours = load_opening_hours(CLINIC / "clinic.yml")
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
        self._chooser = Chooser(self._answers, self._questions)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Text, buttons and metadata of a reply; None if there is no such response.

        What an action says in several pieces begins once: the others come with ``goes_on``, since
        the tracker does not know of the first one yet.
        """
        if utter_action not in self._answers:
            return None
        conversation = Conversation(tracker)
        parts = self._chooser.parts(self._answers[utter_action], conversation)
        begins = not kwargs.get("goes_on")
        warning = self._warning(parts, conversation) if begins else None
        offer = self._offer(parts, conversation)
        notices = Notices(
            automated=begins and not conversation.has_begun,
            results_differ=not conversation.has_said(self._clinic.results_differ_notice),
        )
        unclear, left_out = conversation.unclear(), conversation.left_out()
        reply: dict[str, Any] = {
            "text": render(
                parts,
                self._clinic,
                notices,
                unclear=unclear,
                left_out=left_out,
                warning=warning,
                offer=None if conversation.has_just_offered() else offer,  # not again and again
                values=self._values(conversation, kwargs),
            ),
            "metadata": _metadata(parts, warning),
        }
        if conversation.takes_alarm_back():
            reply["metadata"][ALL_CLEAR] = True
        if offer:
            reply["metadata"][OFFERS] = True
        if unclear or left_out or any(part.falls_short for part in parts):
            reply["metadata"][IN_PART] = True
        buttons = self._buttons(parts, conversation, offer)
        if buttons:
            reply["buttons"] = buttons
        return reply

    def _values(self, conversation: Conversation, given: dict[str, Any]) -> dict[str, str]:
        answers = {name: conversation.slot(name) for name in (REFERENCE, *FIELDS)}
        told = {name: value for name, value in given.items() if isinstance(value, str)}
        expectation = self._hours.expectation(utc_now()) if self._hours else None
        on_whatsapp = conversation.channel == Way.WHATSAPP.value
        return form_values(
            {**answers, **told},
            self._clinic,
            self._questionnaire,
            expectation,
            same_chat=on_whatsapp and self._clinic.is_reached_on(conversation.line),
            on_lines=on_whatsapp,
        )

    def _warning(self, parts: list[Part], conversation: Conversation) -> Answer | None:
        """What comes before the answers: danger is possible, or an alarm is not long ago."""
        answers = [part.answer for part in parts]
        said = conversation.has_replied()  # it stands before the first part of a reply
        if said or any(is_foreign(answer) or is_alarm(answer) for answer in answers):
            return None
        if conversation.may_be_danger():
            return self._answers[_WARNING]
        if conversation.takes_alarm_back() and not any(a.metadata.get(ALL_CLEAR) for a in answers):
            return self._answers[_TAKEN_BACK]
        return self._answers.get(f"{_REMINDER}{conversation.recent_alarm()}")

    def _offer(self, parts: list[Part], conversation: Conversation) -> Answer | None:
        """Who gets no full answer is offered a person; not within a request, nor soon after an alarm."""
        wanted = any(part.answer.metadata.get(OFFERS) for part in parts)
        unfit = conversation.in_form or conversation.recent_alarm()
        return self._answers[_OFFER] if wanted and not unfit else None

    def _buttons(
        self, parts: list[Part], conversation: Conversation, offer: Answer | None
    ) -> list[dict[str, str]]:
        others = self._other_buttons(parts, conversation)
        if not offer:
            return others
        accept = form_buttons(offer.metadata["buttons"], self._questionnaire)
        return [*accept, *others][:MOST_CHOICES]

    def _other_buttons(self, parts: list[Part], conversation: Conversation) -> list[dict[str, str]]:
        fixed = parts[-1].answer.metadata.get("buttons")
        if fixed:
            return form_buttons(fixed, self._questionnaire)
        if parts[0].answer.metadata.get("offers_suggestions"):
            return choices(conversation.suggestions(), self._questions)
        already = [*conversation.answered(), *(part.answer.topic or "" for part in parts)]
        return choices(next_topics(parts), self._questions, already)


def _metadata(parts: list[Part], warning: Answer | None) -> dict[str, Any]:
    """What travels with a reply and stays in the tracker: topics, sources, kind of miss."""
    answers = [part.answer for part in parts]
    last = answers[-1]
    metadata: dict[str, Any] = {
        "topics": [each.topic for each in (*answers, warning) if each and each.topic],
        "answered": [answer.topic for answer in answers if answer.metadata.get("facts")],
        "facts": [fact for answer in answers for fact in answer.metadata.get("facts", [])],
    }
    for key in ("label", "miss", "lang", "alone", "all_clear", "confirms", CALLS_STAFF):
        if key in last.metadata:
            metadata[key] = last.metadata[key]
    alarm = next((d for d in Danger if last.name.startswith(UTTER + d.value)), None)
    if alarm:
        metadata["alarm"] = alarm.value
    still = next((danger for danger, name in STILL.items() if name == last.name), None)
    if still:  # shown as an alarm, though no new one
        metadata.update(alarm=still, still=True)
    if "/" in last.name:
        metadata["full_topic"] = last.name.removeprefix(UTTER)
    return metadata


def _answer(name: str, variation: dict[str, Any]) -> Answer:
    metadata = dict(variation.get("metadata") or {})
    reported = metadata.pop("topic", None)
    if reported is None and "/" in name:
        reported = topic_of(name)
    return Answer(name, reported, str(variation.get("text", "")), metadata)
