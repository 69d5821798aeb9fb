"""Whether a message speaks of danger: as a whole, in a sentence of it, or with the one before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mesobot.nlu.rankings import Rankings, language_of, without_contacts
from mesobot.safety.assessment import Assessment, SafetyThresholds, assess
from mesobot.safety.red_flags import Danger, RedFlags

_MOST_SENTENCES = 10
_LOOK_CLOSER_AT = 0.06
"""Belief of a text in a danger from which it is not harmless beyond doubt."""
_GLANCE_AT = 0.02
"""Belief of a message in a danger below which its sentences are not looked at: each costs a ranking,
and half of all patients would wait for it. Twice that much is the least of 940 emergencies that were
glued to a harmless question."""
_CLEAR_FROM = 0.8
"""Score of a harmless message from which they are not looked at either, nor what came before it."""
_PLAIN_AT = 0.5
"""Score of a harmless sentence from which it is a question about a topic."""
_MOST_WORDS_OF_AN_ANSWER = 2
_WORD = re.compile(r"\w+")
_FAQ = "faq/"
_ORDER = list(Danger)
"""Most serious first."""


class DangerReader:
    """Reads dangers out of messages; keeps nothing of them."""

    def __init__(self, red_flags: RedFlags, thresholds: SafetyThresholds) -> None:
        """Put the clinic's red flags to work."""
        self._red_flags = red_flags
        self._thresholds = thresholds

    def read(
        self, text: str, spoken: Sequence[str], rank: Rankings, answering: bool = False
    ) -> Assessment:
        """The most serious of what the message as a whole and each of its sentences says.

        Args:
            text: the message.
            spoken: its sentences.
            rank: the topic model.
            answering: whether a form has just asked something.
        """
        flags = self._red_flags.find(without_contacts(text))
        beliefs = [rank.dangers(text)]
        calm = self._red_flags.is_calm(text)
        suspect = bool(flags) or _may_be_danger(text, rank)
        unclear = rank(text)[0].score < _CLEAR_FROM and _may_be_danger(text, rank, _GLANCE_AT)
        if len(spoken) > 1 and (suspect or unclear):
            looked_at = spoken[:_MOST_SENTENCES]
            rank.ahead(looked_at)
            rest = None if calm else _without_plain_questions(looked_at, rank)
            if rest:
                alone, margin = rank.dangers(rest), self._thresholds.sentence / 4
                beliefs[0] = {d: max(b, alone[d] - margin) for d, b in beliefs[0].items()}
            if suspect:
                beliefs += [rank.dangers(part) for part in looked_at]
        foreign = language_of(rank.topics(text)) is not None
        terse = answering and is_terse(text)
        return assess(flags, beliefs, self._thresholds, calm=calm, foreign=foreign, answering=terse)

    def read_after(self, question: str, text: str, rank: Rankings) -> Assessment:
        """What a short message adds to the question before it: "swelling?", "in the throat too"."""
        if _is_plain_question(text, rank, _CLEAR_FROM):
            return Assessment()  # "how long does it take?" adds nothing
        both = self.read(f"{question} {text}", [], rank)
        if not both.danger or both.possible:
            return Assessment()
        before = self.read(question, [], rank)
        known = _ORDER.index(before.danger) if before.danger else len(_ORDER)
        return both if _ORDER.index(both.danger) < known else Assessment()


def is_terse(text: str) -> bool:
    """Whether a message is a word or two: what a form is answered with, rarely a cry for help."""
    return len(_WORD.findall(without_contacts(text))) <= _MOST_WORDS_OF_AN_ANSWER


def _without_plain_questions(spoken: Sequence[str], rank: Rankings) -> str | None:
    """What is left of a message without clear, harmless questions; None if that is all or nothing.

    It is judged like a message of its own: "help, he fainted. how long does it take?" is no less
    urgent than without its second sentence.
    """
    left = [sentence for sentence in spoken if not _is_plain_question(sentence, rank)]
    return ". ".join(left) if 0 < len(left) < len(spoken) else None


def _is_plain_question(sentence: str, rank: Rankings, plain_at: float = _PLAIN_AT) -> bool:
    best = rank(sentence)[0]
    is_plain = best.topic.startswith(_FAQ) and best.score >= plain_at
    return is_plain and not _may_be_danger(sentence, rank)


def _may_be_danger(text: str, rank: Rankings, level: float = _LOOK_CLOSER_AT) -> bool:
    return any(belief >= level for belief in rank.dangers(text).values())
