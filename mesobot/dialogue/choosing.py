"""Which answers make up a reply: all that were asked for, or the one that this point calls for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mesobot.dialogue.conversation import UTTER, Conversation, Heard
from mesobot.dialogue.replies import Answer, Part, choices
from mesobot.nlu.follow_ups import AGAIN, DOUBT, ELLIPTICAL, MORE, WHY
from mesobot.safety.red_flags import Danger

_MISSES_BEFORE_A_PERSON = 2
_TO_GO_ON = ("label", "ask", "next")
"""What is kept of an answer of which only the topic is named."""
STILL = {
    Danger.EMERGENCY.value: "utter_still_emergency",
    Danger.DISTRESS.value: "utter_still_distress",
}
"""What is said in place of an answer, soon after an alarm ..."""
_LET_THROUGH = frozenset(
    {
        *(danger.value for danger in Danger),
        *("not_in_danger", "help_is_coming", "cannot_get_help", "thanks", "goodbye"),
        *("faq/contact", "unanswered/location_hours", "book_consultation", "talk_to_human"),
        *("request_status", "own_details", "forget_me", "what_do_you_know"),
    }
)
"""... unless somebody looks for the clinic or wants something done, not to be told something."""


class Chooser:
    """Chooses among the responses of the domain.

    Args:
        answers: by name, e.g. ``utter_faq/pain``.
        questions: the question that each topic's button asks, by topic id.
    """

    def __init__(self, answers: Mapping[str, Answer], questions: Mapping[str, str]) -> None:
        self._answers = answers
        self._questions = questions

    def parts(self, answer: Answer, conversation: Conversation) -> list[Part]:
        """The answers to all questions of the message; ``answer`` is what the rules chose."""
        heard = [h for h in conversation.heard() if UTTER + h.topic in self._answers]
        named = {UTTER + question.topic: question for question in heard}
        asked = [self._answers[name] for name in named]
        if any(a.is_treatment_answer for a in asked):
            asked = [a for a in asked if not is_foreign(a)]
        still = STILL.get(conversation.recent_alarm() or "")
        if still and not _goes_through(conversation):
            return [Part(self._answers[still])]
        alone = next((a for a in asked if a.metadata.get("alone")), None)
        if alone and alone == answer:
            return self._in_context(answer, named[answer.name], conversation)
        if len(asked) > 1 and answer in asked:
            return [Part(each) for each in asked]
        if asked and answer.metadata.get("after_answers") and not conversation.has_replied():
            last = self._choose(answer, conversation)
            return [*(Part(each) for each in asked if each != answer), Part(last)]
        if len(asked) == 1 and asked[0] == answer:
            return self._in_context(answer, named[answer.name], conversation)
        return [Part(self._choose(answer, conversation))]

    def _in_context(self, answer: Answer, heard: Heard, conversation: Conversation) -> list[Part]:
        """A follow-up that comes back to the answer just given says so, or leads on."""
        again = answer.metadata.get("again")
        if heard.follow_up and again and not conversation.language():
            return [Part(self._answers[again])]
        if conversation.answered()[-1:] != [answer.topic]:
            return [Part(self._choose(answer, conversation))]
        if heard.follow_up == MORE:
            return self._no_more(answer, conversation)
        if heard.follow_up == WHY and answer.metadata.get("why"):
            return [Part(self._answers[f"{UTTER}faq/{answer.metadata['why']}"])]
        lead_in = self._answers[UTTER + (heard.follow_up or ELLIPTICAL)].metadata.get("lead_in", "")
        return [Part(answer, str(lead_in), falls_short=heard.follow_up not in (AGAIN, DOUBT))]

    def _no_more(self, answer: Answer, conversation: Conversation) -> list[Part]:
        """An answer is all there is about its topic: that is said, and the next answer given."""
        metadata = {key: answer.metadata[key] for key in _TO_GO_ON if key in answer.metadata}
        text = str(self._answers[UTTER + MORE].metadata.get("no_more", ""))
        all_of_it = Part(replace(answer, text=text, metadata=metadata), falls_short=True)
        following = self._next_answer(conversation)
        return [all_of_it, *([Part(following)] if following else [])]

    def _choose(self, answer: Answer, conversation: Conversation) -> Answer:
        """The answer itself, or the one that this point of the conversation calls for."""
        metadata = answer.metadata
        special = metadata.get("by_note", {}).get(conversation.form_note()) or next(
            (
                by_value.get(conversation.slot(slot))
                for slot, by_value in metadata.get("by_slot", {}).items()
            ),
            None,
        )
        special = special or metadata.get("on_channel", {}).get(conversation.channel)
        special = special or next(
            (name for slot, name in metadata.get("if_set", {}).items() if conversation.slot(slot)),
            None,
        )
        if special:
            return self._answers[special]
        if metadata.get("answers_next"):
            return self._next_answer(conversation) or answer
        in_language = metadata.get("in_language", {}).get(conversation.language())
        if in_language:
            return self._answers[in_language]
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
            for following in self._answers[f"{UTTER}faq/{topic}"].metadata.get("next", []):
                if following not in answered:
                    return self._answers[f"{UTTER}faq/{following}"]
        return None


def _goes_through(conversation: Conversation) -> bool:
    """Whether the latest message is answered even soon after an alarm."""
    if conversation.in_form or conversation.was_asked_to_confirm() or conversation.language():
        return True
    heard = [h.topic for h in conversation.heard()]
    if conversation.recent_alarm() == Danger.EMERGENCY.value and Danger.SEE_DOCTOR.value in heard:
        return False  # "a bit less than before, but the lips are still big" is no less urgent
    return bool(heard) and all(topic in _LET_THROUGH for topic in heard)


def is_alarm(answer: Answer) -> bool:
    """Whether an answer is about a danger itself."""
    return any(answer.name.startswith(UTTER + danger.value) for danger in Danger)


def is_foreign(answer: Answer) -> bool:
    """Whether this is the reply to another language; it names the emergency number itself."""
    return "lang" in answer.metadata or answer.name.startswith(f"{UTTER}other_language")
