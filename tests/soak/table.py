"""The figures of a soak, to be read by people."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from tests.soak.judging import growth, waits
from tests.soak.record import WEB, WHATSAPP, Record, Turn


def table(record: Record) -> str:
    """A few lines of text."""
    return "\n".join(
        (
            *_turns(record, WEB),
            *_turns(record, WHATSAPP),
            *_requests(record),
            f"erased conversations: {record.erased}",
            "broken: " + _counted(f"{each.kind} {each.part}" for each in record.disturbances),
            *_memory(record),
            "log lines that ask for attention: " + _counted(line.event for line in record.lines),
        )
    )


def _turns(record: Record, channel: str) -> list[str]:
    turns = [turn for turn in record.turns if turn.channel == channel]
    ordered = waits(turns)
    lines = [f"{channel}: {len(turns)} messages ({_counted(turn.kind for turn in turns)})"]
    if ordered:
        lines.append(f"  seconds to the answer: {_figures(ordered)}")
        lines.append(f"  of {len(_disturbed(record, turns))} said while something was broken: "
                     f"{_figures(waits(_disturbed(record, turns)) or [0.0])}")  # fmt: skip
    again = sum(turn.nudges > 0 for turn in turns)
    return [
        *lines,
        f"  said again by hand: {again}, refused: {sum(bool(t.refused) for t in turns)}",
    ]


def _requests(record: Record) -> list[str]:
    found = record.delivered
    lines = [f"consultations: {len(record.acknowledged)} acknowledged, {len(found.kept)} kept"]
    for whom, box in (
        ("the clinic", found.to_clinic),
        ("patients", found.to_patient),
        ("staff on WhatsApp", found.to_staff),
    ):
        all_of = list(chain.from_iterable(messages.values() for messages in box.values()))
        repeated = sum(all_of) - len(all_of)
        lines.append(f"  to {whom}: {len(all_of)}, and {repeated} repeated with the same id")
    return lines


def _memory(record: Record) -> list[str]:
    grown = growth(record)
    return [
        f"memory of {name} in the steady third: {first:.0f} MiB, {more:+.1f}"
        for name, (first, more) in sorted(grown.items())
    ]


def _disturbed(record: Record, turns: list[Turn]) -> list[Turn]:
    spans = [(each.begin, each.end or each.begin) for each in record.disturbances]
    return [turn for turn in turns if any(begin <= turn.said <= end for begin, end in spans)]


def _figures(ordered: list[float]) -> str:
    def at(part: float) -> float:
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    return f"p50 {at(0.5):.2f}, p95 {at(0.95):.2f}, p99 {at(0.99):.2f}, slowest {ordered[-1]:.1f}"


def _counted(names: object) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(names).items())) or "none"  # type: ignore[call-overload]
