"""What a digest's figures ask staff to do, in plain sentences, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from mesobot.insight.digest import Digest
from mesobot.insight.outcome import Outcome
from mesobot.insight.phrases import counted, length, percent
from mesobot.safety.red_flags import Danger

_TOO_LONG = timedelta(days=1)
_FELL_BY = 0.1
_FEWEST = 20
"""Questions in both periods from which a fall of the share answered is no accident."""
_FREQUENT = 3
"""Messages in another language from which it is worth mentioning."""
LANGUAGES = {"tr": "Turkish", "de": "German", "ru": "Russian", "ar": "Arabic"}
DANGERS = {
    Danger.EMERGENCY.value: "Emergency",
    Danger.DISTRESS.value: "Personal crisis",
    Danger.SEE_DOCTOR.value: "“See a doctor today”",
}


@dataclass(frozen=True)
class Advice:
    """One thing to do: ``what`` is the case, the ``step`` to take and a ``command`` that helps."""

    what: str
    step: str
    command: str = ""
    urgent: bool = False


def advice_for(digest: Digest) -> tuple[Advice, ...]:
    """What is to be done; nothing when all is well."""
    return (*_requests(digest), *_dangers(digest), *_failures(digest), *_questions(digest))


def _requests(digest: Digest) -> Iterator[Advice]:
    requests = digest.requests
    if requests.undelivered:
        what = f"The clinic has not been told of {counted(requests.undelivered, 'request')}."
        yield Advice(what, "Call them, and see what is wrong:", "mesobot doctor", urgent=True)
    if requests.longest_open and requests.longest_open >= _TOO_LONG:
        waiting = counted(requests.waits_still, "patient is", "patients are")
        what = f"{waiting} still without an answer, the first for {length(requests.longest_open)}."
        yield Advice(what, "Who waits:", "mesobot requests list", urgent=True)


def _dangers(digest: Digest) -> Iterator[Advice]:
    alarms = sum(digest.chats.alarms.values())
    if alarms:
        what = f"The assistant sounded the alarm in {counted(alarms, 'conversation')}."
        yield Advice(what, "Was it right each time?", "mesobot conversations list --red-flags")


def _failures(digest: Digest) -> Iterator[Advice]:
    silent = digest.chats.outcomes[Outcome.NO_REPLY]
    if silent:
        what = f"{counted(silent, 'message')} got no reply of the dialogue, only the contacts."
        yield Advice(what, "Somebody technical should look at the log.", urgent=True)
    if not digest.chats.messages:
        yield Advice("Nobody wrote.", "Is the chat on the website, and does it open?")


def _questions(digest: Digest) -> Iterator[Advice]:
    now, before = digest.chats, digest.chats_before
    if before and min(now.questions, before.questions) >= _FEWEST:
        share, earlier = now.share_answered or 0.0, before.share_answered or 0.0
        if earlier - share >= _FELL_BY:
            what = f"Fewer questions were answered: {percent(share)} after {percent(earlier)}."
            yield Advice(what, "Look at what was not understood, below.")
    groups = [group for group in digest.missed.groups if group.people > 1]
    if groups:
        what = f"{counted(len(groups), 'question')} came from several people and got no answer."
        yield Advice(what, "See “Questions without an answer”.")
    for code, count in now.languages.items():
        if count >= _FREQUENT and code in LANGUAGES:
            what = f"{counted(count, 'message')} in {LANGUAGES[code]}."
            yield Advice(what, "The assistant only says there whom to write to.")
