"""What a record of a soak violates: each promise is one function that names what breaks it."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.soak.record import WEB, Record, Turn

SILENCE = 30.0
"""Seconds without an answer on the website: silence. On WhatsApp the next is the limit."""
SILENCE_ON_WHATSAPP = 120.0
"""A person's messages are leased for half a minute, and the platform's errors are waited out."""
GROWTH_MIB = {"rasa-1": 60.0, "rasa-2": 60.0}
GROWTH_OF_OTHERS_MIB = 15.0
"""Of a process in the steady third; Rasa keeps the latest 500 conversations in memory."""
_SHORTEST_STEADY = 150.0
"""Seconds; in less nothing can be said about memory."""
_WARM = 30.0
_AFTERMATH = 45.0
"""So long after something is well again its errors may still be told."""
_ALWAYS = (r"whatsapp\.not_genuine", r"conversations are in the database again")
_DATABASE = (
    r"conversations are in memory only, database away",
    r"web\.(not_kept_yet|history_unavailable|not_erased)",
    r"not_looked_up",
    r"whatsapp\.(database_unavailable|not_kept|form_unknown|not_looked_at|turn_taken_over)",
    r"whatsapp\.(answers|replies)\.(unavailable|failed|available_again)",
    r"consultation\.(submit_failed|number_unknown)",
    r"(forget_me|what_is_known)\.failed",
    r"(outbox|database) unavailable, trying on",
    r"delivery not marked",
    r"retention failed, trying again later",
    r"weekly digest not looked after",
)
_REDIS = (
    r"locks are in memory only, Redis away",
    r"locks are in Redis again",
    r"web\.news_not_passed_on",
)
_ACTIONS = (  # Rasa's own, when it cannot call the action server; they hold no words of a patient
    r"rasa\.core\.actions\.action  - Failed to run custom action",
    r"rasa\.core\.processor  - Encountered an exception while running action",
    r"traceback of (rasa\.shared\.exceptions\.RasaException|aiohttp\..*|ConnectionRefusedError)$",
    r"traceback of (ConnectionResetError|BrokenPipeError)$",
    r"actions\.failed",
)
EXPECTED = {
    "kill": (r"whatsapp\.turn_taken_over", r"web\.news_not_passed_on"),
    "postgresql": _DATABASE + _ACTIONS,  # an action waits for the database longer than Rasa for it
    "redis": _REDIS,
    "actions": _ACTIONS,
    "errors": (r"whatsapp\.throttled",),
}
"""What may be logged, by what a disturbance is or concerns; docs/runbook.md explains each."""


def violations(record: Record) -> list[str]:
    """Everything that must not be, one sentence each; [] if all promises were kept."""
    return [
        sentence
        for promise in (
            _happened,
            _no_silence,
            _right_answers,
            _emergencies,
            _seen,
            _requests,
            _memory,
            _logs,
            _privacy,
            _disturbances,
        )
        for sentence in promise(record)
    ]


def _happened(record: Record) -> Iterator[str]:
    """A soak in which nothing happened proves nothing."""
    kinds = Counter((turn.channel, turn.kind) for turn in record.turns if turn.answered)
    for channel in sorted({turn.channel for turn in record.turns} | {WEB}):
        for kind in ("question", "emergency", "form", "garbage", "forget"):
            if not kinds[channel, kind]:
                yield f"nobody on {channel} was answered a message of the kind {kind}"
    if not record.acknowledged:
        yield "no consultation request was acknowledged"
    if not record.erased:
        yield "no conversation was erased"


def _no_silence(record: Record) -> Iterator[str]:
    for turn in record.turns:
        limit = SILENCE if turn.channel == WEB else SILENCE_ON_WHATSAPP
        told = f"{turn.person} on {turn.channel}, {turn.kind}, said at {_clock(record, turn.said)}"
        if turn.refused:
            if turn.kind not in ("garbage", "forget"):
                yield f"refused ({turn.refused}): {told}"
        elif turn.taken is None:
            yield f"not taken: {told}{_meanwhile(record, turn.said)}"
        elif turn.answered is None:
            if not (turn.kind == "forget" and turn.channel != WEB):  # said by deeds, not twice
                yield f"silent turn: {told}{_meanwhile(record, turn.said)}"
        elif turn.answered - turn.taken > limit:
            waited = f"{turn.answered - turn.taken:.0f} s, said again {turn.nudges} times"
            yield f"answered only after {waited}: {told}{_meanwhile(record, turn.said)}"


def _right_answers(record: Record) -> Iterator[str]:
    """Answers in another order would name each other's topics; after an alarm others are given."""
    alarmed = set()
    for turn in sorted(record.turns, key=lambda each: each.said):
        if turn.alarmed:
            alarmed.add(turn.person)
        if turn.channel != WEB or turn.topic is None or turn.answered is None:
            continue
        if turn.person not in alarmed and turn.topic not in turn.topics:
            yield (
                f"{turn.person} asked about {turn.topic} and heard about {turn.topics or 'nothing'}"
                f" at {_clock(record, turn.said)}{_meanwhile(record, turn.said)}"
            )


def _emergencies(record: Record) -> Iterator[str]:
    for turn in record.turns:
        if turn.kind == "emergency" and turn.answered is not None and not turn.alarmed:
            yield f"no 112 for {turn.person} on {turn.channel} at {_clock(record, turn.said)}"


def _seen(record: Record) -> Iterator[str]:
    for at, what, who in record.odd:
        when = f" at {_clock(record, at)}{_meanwhile(record, at)}" if at else ""
        yield f"{what}: {who}{when}"
    for at, kept in record.not_erased:
        yield (
            f"kept of a conversation that was erased at {_clock(record, at)}: {kept}"
            f"{_meanwhile(record, at)}"
        )
    yield from (f"still waiting at the end: {what}" for what in record.unsettled)


def _requests(record: Record) -> Iterator[str]:
    found = record.delivered
    for saved in record.acknowledged:
        told = f"{saved.reference} of {saved.channel}, saved at {_clock(record, saved.at)}"
        if saved.reference not in found.kept:
            yield f"acknowledged and not in the database: {told}"
        boxes = {"the clinic": found.to_clinic, "staff on WhatsApp": found.to_staff}
        if saved.way == "email":
            boxes["the patient"] = found.to_patient
        for whom, box in boxes.items():
            messages = len(box.get(saved.reference, ()))
            copies = sum(box.get(saved.reference, {}).values())
            if box is found.to_staff and copies > 1:  # a mail may come twice, with one Message-ID
                yield f"{copies} times the same message to {whom}: {told}"
            if messages != 1:
                yield f"{messages} different messages instead of one to {whom}: {told}"
    references = Counter(name for name in found.names.values() if name != "?")
    for name, count in references.items():
        if count > 1:
            yield f"{count} requests of one patient, who made one: {name}"


def growth(record: Record) -> dict[str, tuple[float, float]]:
    """For each process that ran through the steady third: MiB at its beginning, and growth."""
    if record.steady is None:
        return {}
    begin, end = record.steady[0] + _WARM, record.steady[1]
    of_process: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for sample in record.samples:
        if begin <= sample.at <= end:
            of_process[sample.name, sample.pid].append((sample.at, sample.mib))
    grown = {}
    for (name, _pid), samples in of_process.items():
        if samples[-1][0] - samples[0][0] >= (end - begin) * 0.9:
            fifth = max(1, len(samples) // 5)
            first, last = (
                statistics.median(mib for _, mib in part)
                for part in (samples[:fifth], samples[-fifth:])
            )
            grown[name] = (first, last - first)
    return grown


def _memory(record: Record) -> Iterator[str]:
    if record.steady is None or record.steady[1] - record.steady[0] < _SHORTEST_STEADY:
        return
    grown = growth(record)
    for name in sorted({sample.name for sample in record.samples} - {"mail"}):  # it is killed then
        if name not in grown:
            yield f"{name} did not run through the steady third: nothing known about its memory"
        elif grown[name][1] > (bound := GROWTH_MIB.get(name, GROWTH_OF_OTHERS_MIB)):
            yield f"{name} grew by {grown[name][1]:.0f} MiB, more than {bound:.0f}"


def unexpected(record: Record) -> Counter[tuple[str, str]]:
    """Lines of logs that nothing which was broken explains: process and event."""
    counted: Counter[tuple[str, str]] = Counter()
    for line in record.lines:
        allowed = [*_ALWAYS]
        for each in record.disturbances:
            if each.begin - 2 <= line.at <= (each.end or line.at) + _AFTERMATH:
                for key, patterns in EXPECTED.items():
                    if key in (each.part, *each.kind.split()):
                        allowed += patterns
        if not any(re.match(pattern, line.event) for pattern in allowed):
            counted[line.process, line.event] += 1
    return counted


def _logs(record: Record) -> Iterator[str]:
    for (process, event), count in unexpected(record).items():
        yield f"{count} unexpected lines of {process}: {event}"


def _privacy(record: Record) -> Iterator[str]:
    for log, word in record.leaks:
        yield f"{log} holds what a patient wrote: {word}"


def _disturbances(record: Record) -> Iterator[str]:
    for each in record.disturbances:
        if each.problem:
            yield f"not well again after {each.kind} of {each.part}: {each.problem}"


def waits(turns: list[Turn]) -> list[float]:
    """Seconds from saying to the answer, in order."""
    return sorted(turn.seconds for turn in turns if turn.seconds is not None)


def _clock(record: Record, at: float) -> str:
    began = min((turn.said for turn in record.turns), default=at)
    return f"{at - began:.0f} s"


def _meanwhile(record: Record, at: float) -> str:
    """What was broken then."""
    found = [
        f"{each.kind} of {each.part}"
        for each in record.disturbances
        if each.begin - SILENCE <= at <= (each.end or at) + 5
    ]
    return f" ({', '.join(found)})" if found else ""
